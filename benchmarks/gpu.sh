#!/usr/bin/env bash
# Everything that needs a GPU, in under eight minutes: tests, lanes, searches, KerasTuner beside them.
#
#     benchmarks/gpu.sh results/gpu                # writes results/gpu/table.md, and prints it
#     benchmarks/gpu.sh results/gpu tests searches # some of the parts only
#
# PYTHON names the interpreter (python3). A part that takes longer than its limit ends there, and
# the table has what it came to.
set -uo pipefail
cd "$(dirname "$0")/.."
folder=${1:?"give a folder for what is measured: benchmarks/gpu.sh results/gpu"}
shift
parts=${*:-tests searches lanes small many}
python=${PYTHON:-python3}
mkdir -p "$folder"
touch "$folder/parts.txt"
# Without machine code of Python beside its sources every process would compile them anew.
unset PYTHONDONTWRITEBYTECODE
export XLA_PYTHON_CLIENT_PREALLOCATE=false TF_CPP_MIN_LOG_LEVEL=3 PYTHONUNBUFFERED=1

part() { # NAME LIMIT COMMAND…: its output in a file, how it ended in parts.txt
    local name=$1 limit=$2 status=0 started=$SECONDS
    shift 2
    timeout -k 5 "$limit" "$@" >>"$folder/$name.txt" 2>&1 || status=$?
    echo "$name $status $((SECONDS - started)) $limit" >>"$folder/parts.txt"
}

for name in $parts; do
    : >"$folder/$name.txt"
    sed -i "/^$name /d" "$folder/parts.txt"
    case $name in
    tests)
        many=$("$python" -c 'import xdist' 2>/dev/null && echo "-n 8")
        # Less tuning of machine code: tests mostly compile.
        XLA_FLAGS="${XLA_FLAGS:-} --xla_gpu_autotune_level=0" part tests 120 \
            "$python" -m pytest -vv -p no:benchmark --durations=10 -m gpu tests/gpu $many \
            --junitxml="$folder/tests.xml"
        ;;
    searches) part searches 70 "$python" benchmarks/gpu_searches.py --json "$folder/searches.json" ;;
    lanes)
        rm -f "$folder/lanes.jsonl"
        part lanes 50 "$python" benchmarks/lanes_gpu.py --cells LSTM --units 64 --steps 50 \
            --lanes 1 64 512 --seconds 0.3 --json "$folder/lanes.jsonl"
        part lanes 60 "$python" benchmarks/lanes_gpu.py --cells GRU --units 32 --steps 500 \
            --lanes 64 512 --seconds 0.3 --json "$folder/lanes.jsonl"
        ;;
    small)
        part small 180 "$python" benchmarks/compare_tuners.py --repeats 1 --json "$folder/small.json" \
            --contenders rnnsearch rnnsearch-warm keras-tuner-jax
        ;;
    many)
        part many 60 "$python" benchmarks/compare_tuners.py --repeats 1 --json "$folder/many.json" \
            --trials 256 --epochs 20 --contenders rnnsearch
        part many 60 "$python" benchmarks/compare_tuners.py --repeats 1 --json "$folder/few.json" \
            --trials 4 --epochs 20 --contenders keras-tuner-jax
        ;;
    *)
        echo "no part $name; give any of: tests searches lanes small many" >&2
        exit 2
        ;;
    esac
done
"$python" benchmarks/gpu_table.py "$folder" | tee "$folder/table.md"
