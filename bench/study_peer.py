"""The work of a study in PyTorch, as a script that a researcher would write: `study.ts` and `epoch.ts` run it.

    python study_peer.py STUDY DATASET OUTPUTS PROCESSES

STUDY is a JSON file with the values of a pipeline.yaml, but for `networks`, a list of networks' names, depths and seeds.
DATASET is a folder with `train.safetensors` and `test.safetensors`. OUTPUTS gets a folder a network, by its name, with
snapshots, tables, whose columns are named as the study's, and what it took of time and memory. One process uses two
threads; two processes train two networks at a time, the deepest first, a thread each. It draws no figures.
"""

import csv
import json
import resource
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import torch
from safetensors.torch import load_file, save_file
from torch import Tensor, nn
from torch.nn.functional import cross_entropy

CLASSES = 10
SPLITS = ("train", "test")
# Images that pass through the network at a time where nothing is learned.
CHUNK = 1000


class Perceptron(nn.Module):
    """Hidden layers with batch norm and ReLU, then a linear map to the classes."""

    def __init__(self, depth: int, inputs: int, width: int) -> None:
        super().__init__()
        self.hidden = nn.ModuleList(
            nn.Sequential(nn.Linear(width if layer else inputs, width, bias=False), nn.BatchNorm1d(width), nn.ReLU())
            for layer in range(depth)
        )
        self.output = nn.Linear(width, CLASSES)

    def forward(self, images: Tensor) -> Tensor:
        for layer in self.hidden:
            images = layer(images)
        return self.output(images)


class Clock:
    """What the parts of a network's work took."""

    def __init__(self) -> None:
        self.parts: list[dict[str, Any]] = []

    @contextmanager
    def part(self, name: str) -> Iterator[None]:
        """Times what is done inside: wall seconds, and the processor's in all threads."""
        wall, processor = time.perf_counter(), time.process_time()
        yield
        self.parts.append({
            "name": name,
            "wall": time.perf_counter() - wall,
            "processor": time.process_time() - processor,
        })

    def write(self, path: Path) -> None:
        """Writes the parts, in order, and the most bytes of memory that the process took."""
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * (1 if sys.platform == "darwin" else 1024)
        path.write_text(json.dumps({"parts": self.parts, "peak": peak}))


def load(folder: Path) -> dict[str, tuple[Tensor, Tensor]]:
    """Normalised images `[count, pixels]` and labels of both sets."""
    stored = {split: load_file(folder / f"{split}.safetensors") for split in SPLITS}
    images = {split: tensors["images"].flatten(1).float().div_(255) for split, tensors in stored.items()}
    mean, deviation = images["train"].mean(), images["train"].std(correction=0)
    return {split: (images[split].sub_(mean).div_(deviation), stored[split]["labels"].long()) for split in SPLITS}


@torch.inference_mode()
def evaluate(model: Perceptron, images: Tensor, labels: Tensor) -> tuple[float, float]:
    """Accuracy and mean cross-entropy."""
    model.eval()
    loss, correct = torch.zeros((), dtype=torch.float64), torch.zeros((), dtype=torch.long)
    for chunk, expected in zip(images.split(CHUNK), labels.split(CHUNK)):
        logits = model(chunk)
        loss += cross_entropy(logits, expected, reduction="sum")
        correct += (logits.argmax(1) == expected).sum()
    return correct.item() / len(labels), loss.item() / len(labels)


@torch.no_grad()
def features_of(model: Perceptron, images: Tensor) -> tuple[Tensor, Tensor]:
    """The features of all hidden layers, `[layers, count, width]`, and the logits."""
    model.eval()
    features = torch.empty(len(model.hidden), len(images), model.output.in_features)
    logits = torch.empty(len(images), CLASSES)
    for start in range(0, len(images), CHUNK):
        part = slice(start, start + CHUNK)
        values = images[part]
        for index, layer in enumerate(model.hidden):
            values = layer(values)
            features[index, part] = values
        logits[part] = model.output(values)
    return features, logits


def moments(features: Tensor, labels: Tensor) -> tuple[Tensor, Tensor]:
    """Class means `[classes, width]` and variances `[classes]` of float64 features."""
    members = nn.functional.one_hot(labels, CLASSES).double()
    counts = members.sum(0)
    means = members.T @ features / counts[:, None]
    scatters = (features - means[labels]).square_().sum(1)
    return means, members.T @ scatters / counts


def measure(features: dict[str, Tensor], logits: dict[str, Tensor], labels: dict[str, Tensor]) -> list[dict[str, Any]]:
    """CDNV of each set, and how well the nearest of the train set's means classifies."""
    rows = []
    first, second = torch.triu_indices(CLASSES, CLASSES, 1)
    for layer in range(len(features["train"])):
        centres = None
        for split in SPLITS:
            values = features[split][layer].double()
            means, variances = moments(values, labels[split])
            centres = means if centres is None else centres
            pairs = (variances[first] + variances[second]) / (2 * (means[first] - means[second]).square().sum(1))
            nearest = torch.cdist(values, centres).argmin(1)
            rows.append({
                "layer": layer + 1,
                "split": split,
                "cdnv": pairs.mean().item(),
                "cdnv_median": pairs.median().item(),
                "cdnv_max": pairs.max().item(),
                "ncc_accuracy": (nearest == labels[split]).double().mean().item(),
                "ncc_agreement": (nearest == logits[split].argmax(1)).double().mean().item(),
            })
    return rows


def train_probes(features: Tensor, labels: Tensor, sgd: dict[str, Any]) -> tuple[Tensor, Tensor]:
    """Linear probes of all layers at once: weights `[layers, width, classes]` and biases `[layers, 1, classes]`."""
    layers, count, width = features.shape
    weights = torch.zeros(layers, width, CLASSES, requires_grad=True)
    biases = torch.zeros(layers, 1, CLASSES, requires_grad=True)
    optimizer = torch.optim.SGD(
        [weights, biases], lr=sgd["lr"], momentum=sgd["momentum"], weight_decay=sgd["weightDecay"], fused=True
    )
    for _ in range(sgd["epochs"]):
        for batch in torch.randperm(count).split(sgd["batch"]):
            logits = torch.baddbmm(biases, features[:, batch], weights)
            loss = cross_entropy(logits.flatten(0, 1), labels[batch].repeat(layers), reduction="sum") / len(batch)
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
    return weights.detach(), biases.detach()


def standardise(features: Tensor) -> tuple[Tensor, Tensor, Tensor]:
    """Features with mean 0 and mean square 1, and the mean and the number by which they become that."""
    centre = features.mean(0, dtype=torch.float64).float()
    features = features - centre
    scale = features.square().mean().sqrt()
    return features.div_(scale), centre, scale


def converge_probe(features: Tensor, labels: Tensor, l2: float) -> tuple[Tensor, Tensor, int]:
    """The minimum of a layer's regularised cross-entropy on standardised features, for the features as they are."""
    features, centre, scale = standardise(features)
    weights = torch.zeros(features.shape[1], CLASSES, requires_grad=True)
    biases = torch.zeros(CLASSES, requires_grad=True)

    def objective() -> Tensor:
        optimizer.zero_grad()
        loss = cross_entropy(torch.addmm(biases, features, weights), labels) + l2 / 2 * weights.square().sum()
        loss.backward()
        return loss

    optimizer = torch.optim.LBFGS(
        [weights, biases], max_iter=2000, history_size=20, tolerance_change=0, line_search_fn="strong_wolfe"
    )
    objective()
    # The study's tolerance is on the norm of the gradient; torch's is on its largest component.
    largest = max(weights.grad.abs().max(), biases.grad.abs().max()).item()
    optimizer.param_groups[0]["tolerance_grad"] = 1e-4 * largest
    optimizer.step(objective)
    weights, biases = weights.detach() / scale, biases.detach()
    return weights, biases - centre @ weights, optimizer.state_dict()["state"][0]["n_iter"]


def ridge_probe(features: Tensor, labels: Tensor, l2: float) -> tuple[Tensor, Tensor]:
    """The least squares of one-hot labels with a penalty on the weights, solved in float64, for the features as they are."""
    features, centre, scale = standardise(features)
    features, targets = features.double(), nn.functional.one_hot(labels, CLASSES).double()
    biases = targets.mean(0)
    gram = features.T @ features / len(labels) + l2 * torch.eye(features.shape[1], dtype=torch.float64)
    weights = torch.linalg.solve(gram, features.T @ (targets - biases) / len(labels)).float() / scale
    return weights, biases.float() - centre @ weights


@torch.no_grad()
def score(weights: Tensor, biases: Tensor, features: Tensor, labels: Tensor) -> tuple[list[float], list[float]]:
    """Accuracy and mean cross-entropy of each layer's probe."""
    logits = torch.baddbmm(biases, features, weights)
    losses = cross_entropy(logits.flatten(0, 1), labels.repeat(len(features)), reduction="none").view(len(features), -1)
    return (logits.argmax(2) == labels).double().mean(1).tolist(), losses.double().mean(1).tolist()


def probe(
    features: dict[str, Tensor], labels: dict[str, Tensor], settings: dict[str, Any], last: bool, clock: Clock
) -> list[dict[str, Any]]:
    """Probes by SGD, and, of the last snapshot, converged ones and those of ridge regression."""
    with clock.part("probes by SGD"):
        by_sgd = train_probes(features["train"], labels["train"], settings["sgd"])
        rows = score_rows("sgd", *by_sgd, features, labels)
    if last:
        with clock.part("last probes"):
            for kind, solve in (("converged", converge_probe), ("ridge", ridge_probe)):
                found = [solve(layer, labels["train"], settings[kind]["l2"]) for layer in features["train"]]
                weights, biases, *iterations = zip(*found)
                rows += score_rows(kind, torch.stack(weights), torch.stack(biases)[:, None], features, labels, *iterations)
    return rows


def score_rows(
    kind: str,
    weights: Tensor,
    biases: Tensor,
    features: dict[str, Tensor],
    labels: dict[str, Tensor],
    iterations: tuple[int, ...] | None = None,
) -> list[dict[str, Any]]:
    """A row a layer of how its probe does on both sets."""
    accuracy, loss = score(weights, biases, features["train"], labels["train"])
    test_accuracy, _ = score(weights, biases, features["test"], labels["test"])
    return [
        {
            "layer": layer + 1,
            "kind": kind,
            "train_accuracy": accuracy[layer],
            "test_accuracy": test_accuracy[layer],
            "train_loss": None if kind == "ridge" else loss[layer],
            "iterations": None if iterations is None else iterations[layer],
        }
        for layer in range(len(weights))
    ]


def write_table(path: Path, rows: list[dict[str, Any]]) -> None:
    with path.open("w", newline="") as file:
        writer = csv.DictWriter(file, rows[0], lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)


def train_epoch(
    model: Perceptron, optimizer: torch.optim.Optimizer, images: Tensor, labels: Tensor, batch: int
) -> tuple[float, float]:
    """A pass over the images in a random order: the mean loss of its steps, and the accuracy along the way."""
    model.train()
    loss_sum, correct, batches = torch.zeros(()), torch.zeros(()), torch.randperm(len(labels)).split(batch)
    for chosen in batches:
        expected = labels[chosen]
        logits = model(images[chosen])
        loss = cross_entropy(logits, expected)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        loss_sum += loss.detach()
        correct += (logits.detach().argmax(1) == expected).sum()
    return loss_sum.item() / len(batches), correct.item() / len(labels)


def run_network(network: dict[str, Any], study: dict[str, Any], dataset: Path, outputs: Path, threads: int) -> None:
    """Trains a network, measures it along the way and writes its tables."""
    torch.set_num_threads(threads)
    torch.manual_seed(network["seed"])
    clock = Clock()
    with clock.part("preparation"):
        data = load(dataset)
        images, labels = data["train"]
        all_labels = {split: data[split][1] for split in SPLITS}
        model = Perceptron(network["depth"], images.shape[1], study["width"])
    settings = study["optimizer"]
    optimizer = torch.optim.SGD(
        model.parameters(),
        lr=settings["lr"],
        momentum=settings["momentum"],
        weight_decay=settings["weightDecay"],
        fused=True,
    )
    drops = settings["drops"]
    schedule = torch.optim.lr_scheduler.MultiStepLR(optimizer, drops["at"], drops["factor"])
    folder = outputs / network["name"]
    (folder / "snapshots").mkdir(parents=True)
    history, collapse, probes = [], [], []
    for epoch in range(study["epochs"] + 1):
        with clock.part("epoch" if epoch > 0 else "evaluation"):
            train_loss, running_accuracy = None, None
            if epoch > 0:
                train_loss, running_accuracy = train_epoch(model, optimizer, images, labels, study["batch"])
                schedule.step()
            scores = {split: evaluate(model, *data[split]) for split in SPLITS}
        history.append({
            "epoch": epoch,
            "train_loss": train_loss,
            "running_accuracy": running_accuracy,
            "train_accuracy": scores["train"][0],
            "test_accuracy": scores["test"][0],
            "train_evaluation_loss": scores["train"][1],
            "test_loss": scores["test"][1],
        })
        if epoch in study["snapshots"]["at"]:
            with clock.part("snapshot"):
                save_file(model.state_dict(), folder / "snapshots" / f"epoch-{epoch:04}.safetensors")
                found = {split: features_of(model, data[split][0]) for split in SPLITS}
                features = {split: values for split, (values, _) in found.items()}
                logits = {split: values for split, (_, values) in found.items()}
                collapse += [{"epoch": epoch, **row} for row in measure(features, logits, all_labels)]
            if epoch in study["probe"]["epochs"]:
                rows = probe(features, all_labels, study["probe"], epoch == study["epochs"], clock)
                probes += [{"epoch": epoch, **row} for row in rows]
    write_table(folder / "history.csv", history)
    write_table(folder / "cdnv.csv", collapse)
    write_table(folder / "probe.csv", probes)
    clock.write(folder / "resources.json")


def main() -> None:
    study_path, dataset, outputs = map(Path, sys.argv[1:4])
    processes = int(sys.argv[4])
    study = json.loads(study_path.read_text())
    networks = sorted(study["networks"], key=lambda network: network["depth"], reverse=True)
    if processes == 1:
        for network in networks:
            run_network(network, study, dataset, outputs, 2)
        return
    with ProcessPoolExecutor(processes) as pool:
        for run in [pool.submit(run_network, network, study, dataset, outputs, 1) for network in networks]:
            run.result()


if __name__ == "__main__":
    main()
