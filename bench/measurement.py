"""The measurements of measurement.ts in PyTorch: float32 features, float64 statistics, one thread.

Reads a request a line from standard input, JSON, and answers each with a line. `{"tensors": path, "classes": C}` prepares
a network and its images; `{}` measures all layers on both sets and answers with the time and the train set's statistics.
"""

import json
import sys
import time

import torch
from safetensors.torch import load_file
from torch import Tensor

BATCH = 500


class Task:
    """A perceptron with batch norm in evaluation mode, with the variables of lib/nn/mlp.ts, and the images of both sets."""

    def __init__(self, tensors: str, classes: int, mean: float, deviation: float) -> None:
        self.variables = load_file(tensors)
        self.classes = classes
        self.factor, self.offset = 1 / (255 * deviation), -mean / deviation
        self.sets = {
            name: (self.variables.pop(f"{name}_images").flatten(1), self.variables.pop(f"{name}_labels").long())
            for name in ("train", "test")
        }
        self.depth = sum(name.endswith(".scale") for name in self.variables)

    def forward(self, pixels: Tensor) -> tuple[list[Tensor], Tensor]:
        values = self.variables
        features = pixels.float().mul_(self.factor).add_(self.offset)
        layers = []
        for layer in range(1, self.depth + 1):
            own = {name: values[f"{layer}.{name}"] for name in ("weight", "scale", "offset", "mean", "variance")}
            product = features @ own["weight"]
            normalised = torch.batch_norm(
                product, own["scale"], own["offset"], own["mean"], own["variance"], False, 0.0, 1e-5, False
            )
            features = torch.relu_(normalised)
            layers.append(features)
        return layers, torch.addmm(values["output.bias"], features, values["output.weight"])

    def run(self) -> dict[str, object]:
        start = time.process_time()
        with torch.no_grad():
            train, means = self.measure("train", None)
            self.measure("test", means)
        return {"processor": 1000 * (time.process_time() - start), "layers": train}

    def measure(self, split: str, centres: list[Tensor] | None) -> tuple[list[dict[str, object]], list[Tensor]]:
        """Features stay in memory between the means and what needs them."""
        images, labels = self.sets[split]
        batches = [(self.forward(part), own) for part, own in zip(images.split(BATCH), labels.split(BATCH), strict=True)]
        counts = torch.bincount(labels, minlength=self.classes).double()
        predictions = torch.cat([logits.argmax(1) for (_, logits), _ in batches])
        rows, means = [], []
        for layer in range(self.depth):
            mean = torch.zeros(self.classes, batches[0][0][0][layer].shape[1], dtype=torch.double)
            for (layers, _), own in batches:
                mean.index_add_(0, own, layers[layer].double())
            mean /= counts[:, None]
            means.append(mean)
            own_axes = mean - mean.mean(0)
            directions = own_axes if centres is None else centres[layer] - centres[layer].mean(0)
            base = mean.mean(0) if centres is None else centres[layer].mean(0)
            offsets = -(directions @ base + (directions**2).sum(1) / 2)
            squares = torch.zeros(self.classes, dtype=torch.double)
            scatter = torch.zeros(self.classes, self.classes, dtype=torch.double)
            nearest = []
            for (layers, _), own in batches:
                features = layers[layer].double()
                residuals = features - mean[own]
                squares.index_add_(0, own, (residuals**2).sum(1))
                projections = residuals @ own_axes.T
                scatter += projections.T @ (projections / counts[own, None])
                nearest.append(torch.addmm(offsets, features, directions.T).argmax(1))
            found = torch.cat(nearest)
            correct = torch.bincount(labels[found == labels], minlength=self.classes)
            agree = int((found == predictions).sum())
            variances = (squares / counts).tolist()
            rows.append({"variances": variances, "correct": correct.tolist(), "agree": agree, "trace": float(scatter.trace())})
        return rows, means


def main() -> None:
    torch.set_num_threads(1)
    task: Task | None = None
    for line in sys.stdin:
        request = json.loads(line)
        if "tensors" in request:
            task = Task(**request)
            answer: object = {"version": torch.__version__.split("+")[0]}
        else:
            assert task is not None
            answer = task.run()
        print(json.dumps(answer), flush=True)


main()
