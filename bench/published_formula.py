"""The CDNV of features by two ways that are not ours: answers lines of JSON, each the path of a safetensors file.

`numpy`: two passes in float64. `torch`: |E|f|^2 - |mu|^2| over squared distances of the means in float32, summed batch by
batch as `analysis.py` of https://github.com/TomerGalanti/NeuralCollapseDepth sums.
"""

import json
import sys
from itertools import combinations

import numpy as np
import torch
from safetensors.numpy import load_file

BATCH = 128


def two_passes(features, labels):
    features = features.astype(np.float64)
    own = [features[labels == label] for label in range(labels.max() + 1)]
    means = [rows.mean(0) for rows in own]
    variances = [np.square(rows - mean).sum(1).mean() for rows, mean in zip(own, means)]
    pairs = combinations(range(len(own)), 2)
    return np.mean([(variances[i] + variances[j]) / 2 / np.square(means[i] - means[j]).sum() for i, j in pairs])


def published(features, labels):
    classes = int(labels.max()) + 1
    counts = torch.zeros(classes)
    sums, squares = torch.zeros(classes, features.shape[1]), torch.zeros(classes)
    for batch, own in zip(features.split(BATCH), labels.split(BATCH)):
        for label in range(classes):
            rows = batch[own == label]
            counts[label] += len(rows)
            sums[label] += rows.sum(0)
            squares[label] += rows.square().sum()
    means = sums / counts[:, None]
    variances = [abs(s.item() - m.square().sum().item()) for s, m in zip(squares / counts, means)]
    pairs = list(combinations(range(classes), 2))
    return sum(
        (variances[i] + variances[j]) / 2 / (torch.norm(means[i] - means[j]) ** 2).item() for i, j in pairs
    ) / len(pairs)


for line in sys.stdin:
    data = load_file(json.loads(line))
    features, labels = data["features"], data["labels"]
    answer = {
        "numpy": float(two_passes(features, labels)),
        "torch": published(torch.tensor(features), torch.tensor(labels)),
    }
    print(json.dumps(answer), flush=True)
