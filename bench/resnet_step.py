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
from torch import nn

from resnet_network import network


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
