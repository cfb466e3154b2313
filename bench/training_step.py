"""The training step of training_step.ts in PyTorch: eager and compiled, one thread.

Reads a request a line from standard input, JSON, and answers each with a line. `{"tensors": path, ...}` prepares the
task of that safetensors file; `{"way": name}` trains from the initial variables in one of the ways of `Task.run`, once
over the order, and answers with the time of it all and the loss of each step.
"""

import json
import logging
import sys
import time

import torch
from safetensors.torch import load_file
from torch import Tensor, nn


def network(variables: dict[str, Tensor]) -> nn.Sequential:
    """A perceptron with the variables of lib/nn/mlp.ts, whose weights are [inputs, outputs]."""
    depth = sum(name.endswith(".weight") for name in variables) - 1
    modules: list[nn.Module] = []
    for name in [*(str(layer + 1) for layer in range(depth)), "output"]:
        weight, bias = variables[f"{name}.weight"], variables.get(f"{name}.bias")
        linear = nn.Linear(*weight.shape, bias=bias is not None)
        modules.append(linear)
        with torch.no_grad():
            linear.weight.copy_(weight.T)
            if bias is not None:
                linear.bias.copy_(bias)
        if f"{name}.scale" in variables:
            modules.append(nn.BatchNorm1d(weight.shape[1]))
        if name != "output":
            modules.append(nn.ReLU())
    return nn.Sequential(*modules)


class Task:
    """A network, and what it learns from."""

    def __init__(self, tensors: str, batch: int, mean: float, deviation: float, optimizer: dict[str, float]) -> None:
        stored = load_file(tensors)
        self.pixels = stored.pop("images").flatten(1)
        self.labels = stored.pop("labels").long()
        self.batches = stored.pop("order").long().split(batch)
        self.factor, self.offset = 1 / (255 * deviation), -mean / deviation
        self.images = self.normalise(self.pixels)
        self.model = network({name.removeprefix("parameters/"): tensor for name, tensor in stored.items()})
        self.initial = {name: value.clone() for name, value in self.model.state_dict().items()}
        # Compiled code of the task before would count as that of the same functions.
        torch._dynamo.reset()
        compiled = torch.compile(self.learn)
        fused = torch.optim.SGD(self.model.parameters(), fused=True, **optimizer)
        # Its loops over the parameters are what there is to compile, so that it is not fused by hand.
        loops = torch.optim.SGD(self.model.parameters(), **optimizer)
        self.ways = {
            "eager": (self.pixels, self.learn, fused, fused.step),
            "prepared": (self.images, self.learn_prepared, fused, fused.step),
            "compiled": (self.pixels, compiled, fused, fused.step),
            "compiled update": (self.pixels, compiled, loops, torch.compile(loops.step)),
        }

    def normalise(self, pixels: Tensor) -> Tensor:
        return pixels.float().mul_(self.factor).add_(self.offset)

    def learn(self, pixels: Tensor, labels: Tensor) -> tuple[Tensor, Tensor]:
        """The mean loss of images that are bytes, and how many the network gets right."""
        return self.learn_prepared(self.normalise(pixels), labels)

    def learn_prepared(self, images: Tensor, labels: Tensor) -> tuple[Tensor, Tensor]:
        logits = self.model(images)
        # Ours counts the right answers in the same step.
        return nn.functional.cross_entropy(logits, labels), (logits.detach().argmax(1) == labels).sum()

    def run(self, way: str) -> dict[str, object]:
        """Trains: `eager`; with images `prepared`, normalised once before; `compiled`; or with a `compiled update` too."""
        images, learn, optimizer, update = self.ways[way]
        self.model.load_state_dict(self.initial)
        for state in optimizer.state.values():
            state["momentum_buffer"].zero_()
        losses = torch.zeros(len(self.batches))
        correct = torch.zeros(len(self.batches))
        start = time.perf_counter()
        for step, batch in enumerate(self.batches):
            loss, correct[step] = learn(images[batch], self.labels[batch])
            optimizer.zero_grad()
            loss.backward()
            update()
            losses[step] = loss.detach()
        milliseconds = 1000 * (time.perf_counter() - start)
        return {"milliseconds": milliseconds, "losses": losses.tolist()}


def main() -> None:
    torch.set_num_threads(1)
    # It says that compiling an optimizer's step leaves out a note for the profiler.
    logging.getLogger("torch._dynamo").setLevel(logging.ERROR)
    task: Task | None = None
    for line in sys.stdin:
        request = json.loads(line)
        if task is None or "tensors" in request:
            task = Task(**request)
            answer: dict[str, object] = {"version": torch.__version__}
        else:
            answer = task.run(**request)
        print(json.dumps(answer), flush=True)


main()
