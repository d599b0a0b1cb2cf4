"""A small HTTP service for the winner of a search."""

from rnnsearch.integrations.serve.app import Limits, make_app
from rnnsearch.integrations.serve.running import run
from rnnsearch.integrations.serve.service import Service, service_of

__all__ = ["Limits", "Service", "make_app", "run", "service_of"]
