#!/bin/sh
# install.sh EXTRAS: what these extras need, at the versions of constraints.txt, into the environment of an image. Nothing
# is installed whose hash is not in hashes.txt, but torch from an index of its own. What came is listed in sbom.json
# (CycloneDX), in the environment.
#
#   ACCELERATOR      cpu; cuda: CUDA and cuDNN come as wheels; base: they come with the base image, as with nvidia/cuda,
#                    whose images are recognised by their CUDA_VERSION
#   TORCH_INDEX_URL  where torch for CPUs is, some 5 GB smaller than PyPI's, which is taken where that cannot be reached
#   ENVIRONMENT      the environment, /opt/sevenviews
set -eu
environment=${ENVIRONMENT:-/opt/sevenviews}
extras=$1
accelerator=${ACCELERATOR:-cpu}
[ "$accelerator" != cpu ] || [ -z "${CUDA_VERSION:-}" ] || accelerator=base
case $accelerator in
  cpu | base) ;;
  cuda) extras=$extras,cuda ;;
  *) echo "install.sh: ACCELERATOR=$accelerator is none of cpu, cuda, base" >&2 && exit 2 ;;
esac

scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
python3.11 requirements.py "$extras" >"$scratch/requirements.txt"
python3.11 -m venv "$scratch/pip"
# What the first of the two has to download is not downloaded again by the second.
pip="$scratch/pip/bin/pip --quiet --cache-dir $scratch/cache"
# into PYTHON ARGUMENT…
into() {
  python=$1 && shift
  $pip --python "$python" install --dry-run --report "$scratch/report.json" --constraint constraints.txt "$@"
  python3.11 hashed.py "$scratch/report.json" hashes.txt >"$scratch/hashed.txt"
  [ ! -s "$scratch/hashed.txt" ] ||
    $pip --python "$python" install --no-deps --require-hashes --requirement "$scratch/hashed.txt"
}

if [ "$accelerator" = cpu ] && [ -n "${TORCH_INDEX_URL:-}" ] && grep -q '^torch[^a-z]' "$scratch/requirements.txt"; then
  # What it needs itself comes below, from where all else does.
  $pip --python "$environment/bin/python" install --constraint constraints.txt --no-deps --retries 1 --timeout 15 \
    --index-url "$TORCH_INDEX_URL" torch torchvision ||
    echo "install.sh: no torch at $TORCH_INDEX_URL; PyPI's is taken, with CUDA" >&2
fi
into "$environment/bin/python" --requirement "$scratch/requirements.txt"
into "$scratch/pip/bin/python" cyclonedx-bom
"$scratch/pip/bin/cyclonedx-py" environment --output-reproducible --pyproject pyproject.toml \
  --output-file "$environment/sbom.json" "$environment/bin/python"

packages=$environment/lib/python3.11/site-packages
if [ "$accelerator" = cpu ]; then
  # ONNX Runtime's wheel is the same for all; its CUDA part weighs some 300 MB and needs CUDA's own libraries.
  rm -f "$packages"/onnxruntime/capi/libonnxruntime_providers_cuda.so \
    "$packages"/onnxruntime/capi/libonnxruntime_providers_tensorrt.so
fi
# The tests of others. pip's own cache, its temporary copies and the requirements stay in this build stage.
for package in numpy pandas pyarrow ray sqlalchemy; do
  [ ! -d "$packages/$package" ] || find "$packages/$package" -type d -name tests -prune -exec rm -rf {} +
done
