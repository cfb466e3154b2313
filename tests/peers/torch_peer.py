"""Networks of ours in PyTorch, for a state_dict that came from here and one that goes there.

torch_peer.py FAMILY FOLDER: reads FOLDER/ours.safetensors and images.safetensors (float32, channels first, normalised),
writes the logits to FOLDER/logits.safetensors; then weights drawn anew, as a state_dict to theirs.safetensors and, with
the package onnx, as an ONNX model to theirs.onnx, and their logits to theirs_logits.safetensors.
"""

import importlib.util
import sys

import torch
from safetensors.torch import load_file, save_file
from torch import nn


class Perceptron(nn.Module):
    def __init__(self, inputs, depth, width, classes):
        super().__init__()
        self.layers = nn.ModuleList(nn.Linear(inputs if i == 0 else width, width, bias=False) for i in range(depth))
        self.norms = nn.ModuleList(nn.BatchNorm1d(width) for _ in range(depth))
        self.output = nn.Linear(width, classes)

    def forward(self, images):
        features = images.flatten(1)
        for layer, norm in zip(self.layers, self.norms):
            features = norm(layer(features)).relu()
        return self.output(features)


class Block(nn.Module):
    def __init__(self, inputs, outputs, stride):
        super().__init__()
        self.conv1 = nn.Conv2d(inputs, outputs, 3, stride, 1, bias=False)
        self.bn1 = nn.BatchNorm2d(outputs)
        self.conv2 = nn.Conv2d(outputs, outputs, 3, 1, 1, bias=False)
        self.bn2 = nn.BatchNorm2d(outputs)
        self.downsample = None
        if inputs != outputs:
            self.downsample = nn.Sequential(nn.Conv2d(inputs, outputs, 1, stride, bias=False), nn.BatchNorm2d(outputs))

    def forward(self, images):
        beside = images if self.downsample is None else self.downsample(images)
        inner = self.bn1(self.conv1(images)).relu()
        return (self.bn2(self.conv2(inner)) + beside).relu()


class ResNet18(nn.Module):
    def __init__(self, channels, width, classes):
        super().__init__()
        self.conv1 = nn.Conv2d(channels, width, 3, 1, 1, bias=False)
        self.bn1 = nn.BatchNorm2d(width)
        for group in range(4):
            inputs, outputs = width * 2 ** max(0, group - 1), width * 2**group
            blocks = [Block(inputs, outputs, 1 if group == 0 else 2), Block(outputs, outputs, 1)]
            setattr(self, f"layer{group + 1}", nn.Sequential(*blocks))
        self.fc = nn.Linear(8 * width, classes)

    def forward(self, images):
        # Zeros around images whose sides are no multiple of 8.
        rows, columns = (-images.shape[axis] % 8 for axis in (2, 3))
        sides = (columns // 2, columns - columns // 2, rows // 2, rows - rows // 2)
        features = self.bn1(self.conv1(nn.functional.pad(images, sides))).relu()
        for group in (self.layer1, self.layer2, self.layer3, self.layer4):
            features = group(features)
        return self.fc(features.mean((2, 3)))


def main(family, folder):
    torch.manual_seed(5)
    images = load_file(f"{folder}/images.safetensors")["images"]
    _, channels, height, width = images.shape
    ours = load_file(f"{folder}/ours.safetensors")
    if family == "mlp":
        network = Perceptron(channels * height * width, 3, ours["layers.0.weight"].shape[0], 3)
    else:
        network = ResNet18(channels, ours["conv1.weight"].shape[0], 3)
    drawn = {name: value.clone() for name, value in network.state_dict().items()}
    network.eval()
    with torch.no_grad():
        network.load_state_dict(ours, strict=True)
        save_file({"logits": network(images)}, f"{folder}/logits.safetensors")
        for name, value in drawn.items():
            if name.endswith("running_mean"):
                value.normal_(0, 0.1)
            elif name.endswith("running_var"):
                value.uniform_(0.5, 2)
        network.load_state_dict(drawn)
        save_file(network.state_dict(), f"{folder}/theirs.safetensors")
        save_file({"logits": network(images)}, f"{folder}/theirs_logits.safetensors")
        # PyTorch writes ONNX where the package onnx is, which is no need of ours.
        if importlib.util.find_spec("onnx") is None:
            return
        torch.onnx.export(network, (images,), f"{folder}/theirs.onnx", dynamo=False, do_constant_folding=False)


main(*sys.argv[1:])
