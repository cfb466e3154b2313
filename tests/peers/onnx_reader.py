"""The accuracy of an ONNX model on the test set of a data set, by ONNX Runtime: onnx_reader.py MODEL DATASET."""

import sys

import numpy
import onnxruntime
from safetensors.numpy import load_file

model, dataset = sys.argv[1:]
test = load_file(f"{dataset}/test.safetensors")
session = onnxruntime.InferenceSession(model, providers=["CPUExecutionProvider"])
(logits,) = session.run(["logits"], {"images": test["images"]})
print(numpy.mean(logits.argmax(1) == test["labels"]))
