#!/bin/sh
# install.sh EXTRAS: what these extras need, at the versions of constraints.txt, into the environment of an image.
set -eu
environment=/opt/sevenviews
extras=$1
# ONNX Runtime's wheel is the same for both; its CUDA part weighs some 300 MB and needs CUDA's own libraries.
[ "${ACCELERATOR:-cpu}" = cpu ] || extras=$extras,cuda

python3.11 requirements.py "$extras" >/tmp/requirements.txt
python3.11 -m venv /tmp/pip
/tmp/pip/bin/pip --python "$environment/bin/python" install --quiet --constraint constraints.txt \
  --requirement /tmp/requirements.txt

packages=$environment/lib/python3.11/site-packages
if [ "${ACCELERATOR:-cpu}" = cpu ]; then
  rm -f "$packages"/onnxruntime/capi/libonnxruntime_providers_cuda.so \
    "$packages"/onnxruntime/capi/libonnxruntime_providers_tensorrt.so
fi
# The tests of others. pip's own cache, its temporary copies and the requirements stay in this build stage.
for package in numpy pandas pyarrow ray sqlalchemy; do
  [ ! -d "$packages/$package" ] || find "$packages/$package" -type d -name tests -prune -exec rm -rf {} +
done
