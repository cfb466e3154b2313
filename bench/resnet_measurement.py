"""The measurements of resnet_measurement.ts in PyTorch: float32, one thread, channels last.

Reads a request a line from standard input, JSON, and answers each with a line. `{"tensors": path, ...}` prepares the network
and the images of that safetensors file; `{"way": name}` does one of these over the train and the test set and answers with the
time:

- `forward`: the network alone;
- `published`: sums of features and of squares, class by class, as `analysis.py` of
  https://github.com/TomerGalanti/NeuralCollapseDepth takes them for CDNV; and a pass for the nearest class centres;
- `library`: the accumulators of https://github.com/rhubarbwu/neural-collapse, a pass each as its README has them: means;
  variances; nearest class centres (its own formula, since its DecAccumulator wants a classifier of the layer's width);
- `covariance`: the same, and in the second pass its CovarAccumulator for the last layer, and NC1 of it.
"""

import json
import resource
import sys
import time

import torch
from safetensors.torch import load_file
from torch import Tensor

from resnet_network import network

try:
    from neural_collapse.accumulate import CovarAccumulator, MeanAccumulator, VarNormAccumulator
    from neural_collapse.measure import covariance_ratio, variability_cdnv

    HAS_LIBRARY = True
except ImportError:
    HAS_LIBRARY = False

BATCH = 128


class Task:
    """A network in evaluation mode, and the images of both sets."""

    def __init__(self, tensors: str, width: int, classes: int, mean: float, deviation: float) -> None:
        stored = load_file(tensors)
        self.sets = {
            name: (stored.pop(f"{name}_images"), stored.pop(f"{name}_labels").long()) for name in ("train", "test")
        }
        self.factor, self.offset = 1 / (255 * deviation), -mean / deviation
        self.classes = classes
        # Statistics of batch norm are those that PyTorch begins with, too.
        self.model = network({name.removeprefix("parameters/"): tensor for name, tensor in stored.items()}, width).eval()

    def batches(self, split: str):
        """Features of each layer, `[batch, D]`, logits and labels of a batch after another: the network runs."""
        images, labels = self.sets[split]
        for part, own in zip(images.split(BATCH), labels.split(BATCH), strict=True):
            pixels = part.float().mul_(self.factor).add_(self.offset).permute(0, 3, 1, 2)
            groups = self.model.groups(pixels)
            logits = self.model.logits(groups)
            yield [features.permute(0, 2, 3, 1).flatten(1) for features in groups], logits, own

    def run(self, way: str) -> dict[str, object]:
        start, processor = time.perf_counter(), time.process_time()
        with torch.no_grad():
            found = getattr(self, way)()
        return {
            **found,
            "milliseconds": 1000 * (time.perf_counter() - start),
            "processor": 1000 * (time.process_time() - processor),
            "peak": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * (1 if sys.platform == "darwin" else 1024),
        }

    def forward(self) -> dict[str, object]:
        for split in ("train", "test"):
            for _, logits, _ in self.batches(split):
                logits.argmax(1)
        return {}

    def published(self) -> dict[str, object]:
        centres, answer = None, {}
        for split in ("train", "test"):
            counts, sums, squares = [], [], []
            for layers, _, labels in self.batches(split):
                if not sums:
                    counts = [torch.zeros(self.classes) for _ in layers]
                    sums = [torch.zeros(self.classes, features.shape[1]) for features in layers]
                    squares = [torch.zeros(self.classes) for _ in layers]
                for layer, features in enumerate(layers):
                    for label in range(self.classes):
                        rows = features[(labels == label).nonzero(as_tuple=True)[0], :]
                        sums[layer][label] += torch.sum(rows, dim=0)
                        counts[layer][label] += rows.shape[0]
                        squares[layer][label] += torch.sum(torch.square(rows))
            means = [total / count[:, None] for total, count in zip(sums, counts)]
            centres = means if centres is None else centres
            variances = [
                (square / count - mean.square().sum(1)).abs().tolist()
                for square, count, mean in zip(squares, counts, means)
            ]
            answer[split] = {"variances": variances, "correct": self.nearest(split, centres)}
        return answer

    def library(self, covariance: bool = False) -> dict[str, object]:
        centres, answer = None, {}
        sizes = [features.shape[1] for features in next(self.batches("test"))[0]] if covariance else None
        for split in ("train", "test"):
            accumulators: list[MeanAccumulator] = []
            for layers, _, labels in self.batches(split):
                accumulators = accumulators or [MeanAccumulator(self.classes, x.shape[1]) for x in layers]
                for accumulator, features in zip(accumulators, layers):
                    accumulator.accumulate(features, labels)
            means = [accumulator.compute()[0] for accumulator in accumulators]
            globals_ = [accumulator.compute()[1] for accumulator in accumulators]
            centres = means if centres is None else centres
            norms = [VarNormAccumulator(self.classes, mean.shape[1], M=mean) for mean in means]
            last = CovarAccumulator(self.classes, sizes[-1], M=means[-1]) if sizes is not None else None
            for layers, _, labels in self.batches(split):
                for accumulator, features, mean in zip(norms, layers, means):
                    accumulator.accumulate(features, labels, mean)
                if last is not None:
                    last.accumulate(layers[-1], labels, means[-1])
            variances = [accumulator.compute()[0] for accumulator in norms]
            answer[split] = {
                "variances": [values.tolist() for values in variances],
                "cdnv": [variability_cdnv(values, mean) for values, mean in zip(variances, means)],
                "correct": self.nearest(split, centres),
            }
            if last is not None:
                answer[split]["nc1"] = covariance_ratio(last.compute(), means[-1], globals_[-1], "svd")
        return answer

    def covariance(self) -> dict[str, object]:
        return self.library(covariance=True)

    def nearest(self, split: str, centres: list[Tensor]) -> list[list[int]]:
        """A pass that counts each class's examples that lie nearest to their own centre, by |x|^2 + |m|^2 - 2 x m."""
        correct = [torch.zeros(self.classes, dtype=torch.int64) for _ in centres]
        for layers, logits, labels in self.batches(split):
            predictions = logits.argmax(1)
            for features, centre, count in zip(layers, centres, correct):
                squares = features.norm(dim=1).square()[:, None] + centre.norm(dim=1).square()[None, :]
                found = (squares - 2 * torch.inner(features, centre)).argmin(1)
                (found == predictions).sum()
                count += torch.bincount(labels[found == labels], minlength=self.classes)
        return [count.tolist() for count in correct]


def main() -> None:
    torch.set_num_threads(1)
    task: Task | None = None
    for line in sys.stdin:
        request = json.loads(line)
        if "tensors" in request:
            task = Task(**request)
            answer: object = {"version": torch.__version__.split("+")[0], "library": HAS_LIBRARY}
        else:
            assert task is not None
            answer = task.run(request["way"])
        print(json.dumps(answer), flush=True)


main()
