"""The training step of resnet_step.ts in PyTorch: one thread, channels last, the optimizer fused; eager, or compiled.

Its only argument is `eager` or `compile`. Reads a request a line from standard input, JSON, and answers each with a line.
`{"tensors": path, ...}` prepares the network and the images of that safetensors file; any other request trains from the
initial variables, once over the order, and answers with the time of it and the loss of each step.
"""

import json
import resource
import sys
import time

import torch
from safetensors.torch import load_file
from torch import Tensor, nn


class Block(nn.Module):
    """A basic block, with a projection beside it where the shape changes."""

    def __init__(self, inputs: int, outputs: int, stride: int) -> None:
        super().__init__()
        self.first = normed(inputs, outputs, 3, stride)
        self.second = normed(outputs, outputs, 3, 1)
        self.projection = nn.Identity() if inputs == outputs else normed(inputs, outputs, 1, stride)

    def forward(self, features: Tensor) -> Tensor:
        beside = self.projection(features)
        return torch.relu(self.second(torch.relu(self.first(features))) + beside)


class ResNet18(nn.Module):
    """The network of lib/nn/resnet18.ts; its modules have the names of the variables there."""

    def __init__(self, width: int, classes: int) -> None:
        super().__init__()
        self.stem = normed(3, width, 3, 1)
        inputs = width
        for group, stride in enumerate((1, 2, 2, 2)):
            outputs = width * 2**group
            blocks = {"1": Block(inputs, outputs, stride), "2": Block(outputs, outputs, 1)}
            self.add_module(str(group + 1), nn.ModuleDict(blocks))
            inputs = outputs
        self.output = nn.Linear(inputs, classes)

    def forward(self, images: Tensor) -> Tensor:
        features = torch.relu(self.stem(images))
        for group in "1234":
            for block in self.get_submodule(group).values():
                features = block(features)
        return self.output(features.mean((2, 3)))


def normed(inputs: int, outputs: int, size: int, stride: int) -> nn.Sequential:
    convolution = nn.Conv2d(inputs, outputs, size, stride, size // 2, bias=False)
    return nn.Sequential(convolution, nn.BatchNorm2d(outputs))


def network(variables: dict[str, Tensor], width: int) -> ResNet18:
    """A network with the variables of lib/nn/resnet18.ts, whose filters are [height, width, in, out]."""
    model = ResNet18(width, variables["output.bias"].shape[0])
    with torch.no_grad():
        for name, value in variables.items():
            module, kind = name.rsplit(".", 1)
            found = model.get_submodule(module)
            if isinstance(found, nn.Linear):
                (found.weight if kind == "weight" else found.bias).copy_(value.T if value.dim() == 2 else value)
            elif kind == "weight":
                found[0].weight.copy_(value.permute(3, 2, 0, 1))
            else:
                (found[1].weight if kind == "scale" else found[1].bias).copy_(value)
    return model.to(memory_format=torch.channels_last)


class Task:
    """A network, and what it learns from."""

    def __init__(
        self, tensors: str, batch: int, width: int, mean: float, deviation: float, optimizer: dict[str, float]
    ) -> None:
        stored = load_file(tensors)
        self.pixels = stored.pop("images")
        self.labels = stored.pop("labels").long()
        self.batches = stored.pop("order").long().split(batch)
        self.factor, self.offset = 1 / (255 * deviation), -mean / deviation
        self.model = network({name.removeprefix("parameters/"): tensor for name, tensor in stored.items()}, width)
        self.initial = {name: value.clone() for name, value in self.model.state_dict().items()}
        self.optimizer = torch.optim.SGD(self.model.parameters(), fused=True, **optimizer)
        self.forward = torch.compile(self.model) if sys.argv[1] == "compile" else self.model

    def run(self) -> dict[str, object]:
        """Trains; images are bytes that each step normalises, in memory with channels last."""
        self.model.load_state_dict(self.initial)
        for state in self.optimizer.state.values():
            state["momentum_buffer"].zero_()
        losses = []
        start, processor = time.perf_counter(), time.process_time()
        for batch in self.batches:
            images = self.pixels[batch].float().mul_(self.factor).add_(self.offset).permute(0, 3, 1, 2)
            labels = self.labels[batch]
            logits = self.forward(images)
            loss = nn.functional.cross_entropy(logits, labels)
            self.optimizer.zero_grad()
            loss.backward()
            self.optimizer.step()
            losses.append(loss.item())
            # Ours counts them in the same step.
            (logits.detach().argmax(1) == labels).sum()
        return {
            "milliseconds": 1000 * (time.perf_counter() - start),
            "processor": 1000 * (time.process_time() - processor),
            "peak": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * (1 if sys.platform == "darwin" else 1024),
            "losses": losses,
        }


def main() -> None:
    torch.set_num_threads(1)
    task: Task | None = None
    for line in sys.stdin:
        request = json.loads(line)
        if task is None or "tensors" in request:
            task = Task(**request)
            answer: dict[str, object] = {"version": torch.__version__}
        else:
            answer = task.run()
        print(json.dumps(answer), flush=True)


main()
