"""Joins what ours and the peers measured into the table of RESULTS.md."""

import datetime
import json
import pathlib
import platform
import subprocess
import sys

# stage, what is done, on what, how many times faster than the peer ours is to be
STAGES = [
    ("kmeans", "K-means, k = 4, one start, 30 passes", "1e6 × 4 floats", 1),
    ("features", "seven feature classes, region in memory", "brain1, 4,137 voxels", 20),
    ("features_ct", "the same", "IBSI lung CT, 125,256 voxels", 20),
    ("matrices", "five texture matrices (peer: its C extension)", "brain1", 15),
    ("matrices_ct", "the same", "IBSI lung CT", 4),
    ("shape_ct", "shape with exact diameters", "IBSI lung CT", 50),
    ("glcm_maps", "voxel-based GLCM maps, kernelRadius 1", "brain1", 500),
    ("wavelet_bands_of_roi", "eight wavelet bands as far as a region needs them", "brain1, 47 x 70 x 7 of 256 x 256 x 25", 10),
    ("wavelet_bands_of_image", "eight wavelet bands of a whole image", "brain1, 256 x 256 x 25", 10),
    ("log_of_image", "Laplacian of Gaussian, 2 mm (ITK on both sides)", "brain1, 256 x 256 x 25", 1),
    ("columns_851", "851 columns of a case, from files to the table", "brain1, original and eight bands", 20),
    ("process_851", "the same as a whole process, from its start to its end", "brain1, original and eight bands", 1),
    ("start_up", "start-up of the program (peer: Python and its imports)", "`--version`", 1),
    ("columns_13616", "13,616 columns of a patient: four habitats, four sequences", "brain1, its intensities' quarters", 50),
    ("macenko", "Macenko: estimate and normalise", "one tile of 512 px", 1),
    ("slide", "reading all tiles of 512 px", "CMU-1-Small-Region.svs", 1),
    ("auc", "AUC", "1e5 patients", 1),
    ("delong", "DeLong test of two models", "1e5 patients", 1),
    ("delong_eight", "DeLong covariance of eight models (to be under 1 s)", "1e5 patients", 1),
    ("logistic", "logistic regression, L2", "5000 × 20", 1),
    ("lasso", "lasso path, ten folds, converged", "183 × 64", 10),
    ("chain", "one bootstrap of the study's chain, 100 trees", "183 × 851", 20),
    ("filter", "t-test, then Pearson filter", "500 × 20,000", 1),
    ("nested", "nested cross-validation on two threads, the busier one's time", "183 × 851, 2 × 4 × 3 folds", 1.8),
]
SECONDS = {"ns": 1e-9, "us": 1e-6, "ms": 1e-3, "s": 1}


def ours(folder):
    seconds = {}
    for file in sorted(folder.glob("*_benchmark.json")):
        for run in json.loads(file.read_text())["benchmarks"]:
            if run.get("aggregate_name") == "median" and not run.get("error_occurred"):
                stage, *rest = run["run_name"].split("/")
                time = run["real_time" if "manual_time" in rest else "cpu_time"] * SECONDS[run["time_unit"]]
                seconds[stage + ("_one" if rest[:1] == ["1"] else "")] = time
    return seconds


def hardware():
    model = next((line.split(":")[1].strip() for line in open("/proc/cpuinfo") if line.startswith("model name")), "")
    memory_gb = int(next(line.split()[1] for line in open("/proc/meminfo") if line.startswith("MemTotal"))) / 2**20
    cores = sum(line.startswith("processor") for line in open("/proc/cpuinfo"))
    return f"{model}, {cores} cores, {memory_gb:.0f} GiB, {platform.system()} {platform.machine()}; one core used but where threads are compared"


def duration(seconds):
    if seconds is None:
        return "–"
    unit, scale = next(pair for pair in [("s", 1), ("ms", 1e-3), ("µs", 1e-6)] if seconds >= pair[1] or pair[0] == "µs")
    return f"{seconds / scale:.3g} {unit}"


def main():
    folder, build = map(pathlib.Path, sys.argv[1:])
    mine = ours(folder)
    peers = {line["stage"]: line for line in map(json.loads, (folder / "peers.jsonl").read_text().splitlines())}
    if "nested_one" in mine:
        peers["nested"] = {"peer": "one thread", "seconds": mine["nested_one"]}
    commit = subprocess.run(["git", "describe", "--always", "--dirty", "--exclude=*"], capture_output=True, text=True)
    flags = next(line.split("=")[1] for line in (build / "CMakeCache.txt").read_text().splitlines()
                 if line.startswith("CMAKE_CXX_COMPILER:"))
    compiler = subprocess.run([flags, "--version"], capture_output=True, text=True).stdout.splitlines()[0]
    print("# Benchmarks\n")
    print("Written by `make benchmark`: ours and its peer on the same input in the same run; the median of the\nCPU time, warm, which other work on the machine disturbs least.\n")
    print(f"- date: {datetime.date.today()}\n- commit: {commit.stdout.strip()}\n- machine: {hardware()}")
    print(f"- compiler: {compiler}\n")
    print("| stage | input | ours | peer | peer's time | ratio | target |\n|---|---|---:|---|---:|---:|---:|")
    for stage, title, data, target in STAGES:
        own, peer = mine.get(stage), peers.get(stage)
        other = peer["seconds"] if peer else None
        ratio = f"{other / own:.2g}×" if own and other else "–"
        name = peer["peer"] if peer else "–"
        print(f"| {title} | {data} | {duration(own)} | {name} | {duration(other)} | {ratio} | ≥ {target}× |")


main()
