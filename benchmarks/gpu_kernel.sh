#!/usr/bin/env bash
# What kernels over lanes do on a GPU, in under six minutes: exact, how fast, what a search gains.
#
#     benchmarks/gpu_kernel.sh results/gpu                # writes results/gpu/*.txt
#     benchmarks/gpu_kernel.sh results/gpu kernels engine # some of the parts only
#
# PYTHON names the interpreter (python3). A part that fails or takes longer than its limit does not
# stop the others; parts.txt says how each ended.
set -uo pipefail
cd "$(dirname "$0")/.."
folder=${1:?"give a folder for what is measured: benchmarks/gpu_kernel.sh results/gpu"}
shift
parts=${*:-exact kernels engine small start}
python=${PYTHON:-python3}
mkdir -p "$folder"
: >"$folder/parts.txt"
# Without machine code of Python beside its sources every process would compile them anew.
unset PYTHONDONTWRITEBYTECODE
export XLA_PYTHON_CLIENT_PREALLOCATE=false TF_CPP_MIN_LOG_LEVEL=3 PYTHONUNBUFFERED=1

part() { # NAME LIMIT COMMAND…: its output in a file, how it ended in parts.txt
    local name=$1 limit=$2 status=0 started=$SECONDS
    shift 2
    timeout -k 5 "$limit" "$@" >>"$folder/$name.txt" 2>&1 || status=$?
    echo "$name: exit status $status after $((SECONDS - started)) s of $limit" >>"$folder/parts.txt"
}

tests() { # ARGUMENTS…: of pytest; less tuning of machine code, as tests mostly compile
    XLA_FLAGS="${XLA_FLAGS:-} --xla_gpu_autotune_level=0" \
        "$python" -m pytest -v -p no:benchmark --durations=5 --tb=short -m gpu "$@"
}

# Nothing here is timed, so these two run side by side: exactness, and too little memory.
exact() {
    (part exact 70 bash -c "$(declare -f tests); python=$python; tests tests/gpu/test_gpu_kernels.py") &
    (part memory 80 bash -c "$(declare -f tests); python=$python; tests tests/gpu/test_gpu_searches.py -k does_not_fit") &
    wait
}

kernels() {
    part kernels 72 "$python" benchmarks/recurrence_gpu.py --seconds 0.1
}

engine() { # the engine's rate with kernels and without
    part engine 90 "$python" benchmarks/lanes_gpu.py --ways lanes loops --lanes 512 --seconds 0.2 \
        --shapes LSTM-64-50 GRU-32-500 LSTM-16-50
}

small() {
    part small 38 "$python" benchmarks/compare_tuners.py --repeats 1 \
        --contenders rnnsearch rnnsearch-warm
    RNNSEARCH_KERNELS=off part small 24 "$python" benchmarks/compare_tuners.py --repeats 1 \
        --contenders rnnsearch-warm
}

start() {
    part start 26 "$python" benchmarks/start_cost.py
}

for name in $parts; do
    case $name in
    exact | kernels | engine | small | start) ;;
    *)
        echo "no part $name; give any of: exact kernels engine small start" >&2
        exit 2
        ;;
    esac
    "$name"
done
cat "$folder/parts.txt"
