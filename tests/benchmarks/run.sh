#!/usr/bin/env bash
# Times ours and its peers on the same inputs, one after the other on one core (rows of two threads: on all), and
# writes RESULTS.md.
# RADIOPATH_REFERENCE_DATA adds the inputs that the project may not ship.
set -euo pipefail
cd "$(dirname "$0")/../.."

here=tests/benchmarks
build=build/release
work=build/benchmarks
input=$work/input
peers=.venv-peers

scripts/setup.sh $here/packages.txt
if [[ ! -f $peers/complete ]]; then
  echo "benchmark: installing the peers into $peers"
  python3 -m venv $peers
  pip=("$peers/bin/pip" install --quiet --disable-pip-version-check)
  "${pip[@]}" "numpy<2" "setuptools<70" wheel versioneer cython SimpleITK PyWavelets pykwalify six \
    scikit-learn openslide-python opencv-python-headless
  "${pip[@]}" --no-build-isolation pyradiomics==3.0.1
  "${pip[@]}" --no-deps torchstain # its NumPy backend needs no torch
  touch $peers/complete
fi

cmake --preset release -DRADIOPATH_BENCHMARKS=ON >build/configure.log
cmake --build $build --target benchmarks

rm -rf $work
mkdir -p $input
export OMP_NUM_THREADS=1 OPENBLAS_NUM_THREADS=1 MKL_NUM_THREADS=1
$peers/bin/python $here/peers/inputs.py $input
measure() { # program, name of its results, --benchmark_filter, a command before it
  RADIOPATH_BENCHMARK_INPUT=$PWD/$input "${@:4}" "$1" --benchmark_filter="$3" --benchmark_repetitions=5 \
    --benchmark_report_aggregates_only=true --benchmark_out_format=json --benchmark_out="$work/$2.json" >/dev/null
}
for program in "$build"/benchmarks/*_benchmark; do
  echo "benchmark: $(basename "$program")"
  measure "$program" "$(basename "$program")" -nested taskset -c 0
done
measure "$build/benchmarks/fusion_benchmark" threads_benchmark nested # on as many cores as there are
for script in "$here"/peers/*_peer.py; do
  echo "benchmark: $(basename "$script")"
  taskset -c 0 $peers/bin/python "$script" $input >>$work/peers.jsonl
done
$peers/bin/python $here/table.py $work $build >$work/RESULTS.md
cp $work/RESULTS.md $here/RESULTS.md
cat $here/RESULTS.md
