"""The training step of bench.ts in PyTorch, on a GPU where there is one.

Reads a request a line from standard input, JSON, and answers each with a line. The first of a task names a safetensors
file of images, labels, order and initial parameters, and how to learn; `{"mode": ...}` then trains from the initial
parameters, once over the order, and answers with the time of it all and the loss of each step, or with an `error`. The
modes:

- `eager`: kernels launched one by one, the optimizer fused;
- `compile`: the network by `torch.compile(mode="reduce-overhead")`, which replays CUDA graphs forward and backward;
- `graph`: the network by `torch.compile`, and the whole step, gathering and optimizer too, replayed as one CUDA graph.
"""

import json
import struct
import sys
import time
from collections.abc import Callable

import torch
from torch import Tensor, nn

DEVICE = torch.device("cuda" if torch.cuda.is_available() else "cpu")
TYPES = {"F32": torch.float32, "I32": torch.int32, "U8": torch.uint8}


def load(path: str) -> dict[str, Tensor]:
    """The tensors of a safetensors file."""
    with open(path, "rb") as file:
        data = bytearray(file.read())
    size = struct.unpack("<Q", data[:8])[0]
    header = json.loads(data[8 : 8 + size])
    tensors = {}
    for name, entry in header.items():
        if name == "__metadata__":
            continue
        begin, end = entry["data_offsets"]
        values = torch.frombuffer(data[8 + size + begin : 8 + size + end], dtype=TYPES[entry["dtype"]])
        tensors[name] = values.reshape(entry["shape"]).to(DEVICE)
    return tensors


class Block(nn.Module):
    """Two convolutions and what stands beside them, as in lib/nn/resnet18.ts."""

    def __init__(self, name: str, variables: dict[str, Tensor], stride: int) -> None:
        super().__init__()
        self.first = convolution(f"{name}.first", variables, stride)
        self.second = convolution(f"{name}.second", variables, 1)
        projected = f"{name}.projection.weight" in variables
        self.projection = convolution(f"{name}.projection", variables, stride) if projected else nn.Identity()

    def forward(self, images: Tensor) -> Tensor:
        return torch.relu(self.second(torch.relu(self.first(images))) + self.projection(images))


def convolution(name: str, variables: dict[str, Tensor], stride: int) -> nn.Sequential:
    """A convolution and its batch norm; our weights are [height, width, in, out]."""
    weight = variables[f"{name}.weight"].permute(3, 2, 0, 1)
    outputs, inputs, size, _ = weight.shape
    layer = nn.Conv2d(inputs, outputs, size, stride, padding=size // 2, bias=False)
    with torch.no_grad():
        layer.weight.copy_(weight)
    return nn.Sequential(layer, nn.BatchNorm2d(outputs))


def linear(name: str, variables: dict[str, Tensor]) -> nn.Linear:
    """A linear map; our weights are [inputs, outputs]."""
    weight, bias = variables[f"{name}.weight"], variables.get(f"{name}.bias")
    layer = nn.Linear(*weight.shape, bias=bias is not None)
    with torch.no_grad():
        layer.weight.copy_(weight.T)
        if bias is not None:
            layer.bias.copy_(bias)
    return layer


def resnet18(variables: dict[str, Tensor]) -> nn.Module:
    """The network of lib/nn/resnet18.ts."""
    blocks = [
        Block(f"{group}.{block}", variables, 2 if group > 1 and block == 1 else 1)
        for group in range(1, 5)
        for block in (1, 2)
    ]
    head = (nn.AdaptiveAvgPool2d(1), nn.Flatten(), linear("output", variables))
    return nn.Sequential(convolution("stem", variables, 1), nn.ReLU(), *blocks, *head)


def perceptron(variables: dict[str, Tensor]) -> nn.Module:
    """The network of lib/nn/mlp.ts."""
    modules: list[nn.Module] = []
    for layer in range(1, sum(name.endswith(".weight") for name in variables)):
        modules.append(linear(f"{layer}", variables))
        if f"{layer}.scale" in variables:
            modules.append(nn.BatchNorm1d(variables[f"{layer}.scale"].shape[0]))
        modules.append(nn.ReLU())
    return nn.Sequential(*modules, linear("output", variables))


class Task:
    """A network, and what it learns from."""

    def __init__(self, tensors: str, kind: str, batch: int, mean: float, deviation: float, precision: str,
                 optimizer: dict[str, float]) -> None:
        torch.backends.cuda.matmul.allow_tf32 = precision == "tf32"
        torch.backends.cudnn.allow_tf32 = precision == "tf32"
        torch.backends.cudnn.benchmark = True
        self.precision = precision
        stored = load(tensors)
        images = stored.pop("images")
        self.is_convolutional = kind == "resnet18"
        self.images = images if self.is_convolutional else images.flatten(1)
        self.labels = stored.pop("labels").long()
        self.batches = stored.pop("order").long().split(batch)
        self.factor, self.offset = 1 / (255 * deviation), -mean / deviation
        variables = {name.removeprefix("parameters/"): tensor for name, tensor in stored.items()}
        self.model = (resnet18 if self.is_convolutional else perceptron)(variables).to(DEVICE)
        if self.is_convolutional:
            self.model = self.model.to(memory_format=torch.channels_last)
        self.initial = {name: value.clone() for name, value in self.model.state_dict().items()}
        self.optimizer = torch.optim.SGD(self.model.parameters(), fused=True, **optimizer)
        self.steps: dict[str, Callable[[Tensor], Tensor]] = {}

    def step(self, model: Callable[[Tensor], Tensor], batch: Tensor) -> Tensor:
        """A step of training on the examples of these indices; the mean of their losses."""
        images = self.images[batch].float().mul_(self.factor).add_(self.offset)
        if self.is_convolutional:
            # [batch, height, width, channels] in memory is what channels_last means.
            images = images.permute(0, 3, 1, 2)
        with torch.autocast(DEVICE.type, dtype=torch.bfloat16, enabled=self.precision == "bfloat16"):
            loss = nn.functional.cross_entropy(model(images), self.labels[batch])
        self.optimizer.zero_grad(set_to_none=True)
        loss.backward()
        self.optimizer.step()
        return loss.detach()

    def step_of(self, mode: str) -> Callable[[Tensor], Tensor]:
        if mode == "eager":
            return lambda batch: self.step(self.model, batch)
        if mode == "compile":
            compiled = torch.compile(self.model, mode="reduce-overhead")

            def replay(batch: Tensor) -> Tensor:
                torch.compiler.cudagraph_mark_step_begin()
                return self.step(compiled, batch)

            return replay
        return self.captured(torch.compile(self.model))

    def captured(self, model: Callable[[Tensor], Tensor]) -> Callable[[Tensor], Tensor]:
        """The whole step as one CUDA graph, whose indices are written in place."""
        indices = self.batches[0].clone()
        stream = torch.cuda.Stream()
        stream.wait_stream(torch.cuda.current_stream())
        with torch.cuda.stream(stream):
            for _ in range(3):
                self.step(model, indices)
        torch.cuda.current_stream().wait_stream(stream)
        graph = torch.cuda.CUDAGraph()
        self.optimizer.zero_grad(set_to_none=True)
        with torch.cuda.graph(graph):
            loss = self.step(model, indices)

        def replay(batch: Tensor) -> Tensor:
            indices.copy_(batch)
            graph.replay()
            return loss

        return replay

    def reset(self) -> None:
        self.model.load_state_dict(self.initial)
        for state in self.optimizer.state.values():
            if state.get("momentum_buffer") is not None:
                state["momentum_buffer"].zero_()

    def run(self, mode: str) -> dict[str, object]:
        step = self.steps.get(mode)
        if step is None:
            step = self.steps[mode] = self.step_of(mode)
        self.reset()
        losses = torch.zeros(len(self.batches), device=DEVICE)
        synchronise()
        start = time.perf_counter()
        for index, batch in enumerate(self.batches):
            losses[index] = step(batch)
        synchronise()
        return {"milliseconds": 1000 * (time.perf_counter() - start), "losses": losses.tolist()}


def synchronise() -> None:
    if DEVICE.type == "cuda":
        torch.cuda.synchronize()


def main() -> None:
    torch.manual_seed(0)
    task: Task | None = None
    for line in sys.stdin:
        request = json.loads(line)
        answer: dict[str, object]
        try:
            if task is None or "tensors" in request:
                task = None
                task = Task(**request)
                answer = {"device": torch.cuda.get_device_name() if DEVICE.type == "cuda" else "cpu"}
            else:
                answer = task.run(**request)
        except Exception as error:  # A mode that fails is no reason to end the others.
            answer = {"error": f"{type(error).__name__}: {str(error).strip().splitlines()[0] if str(error) else ''}"}
        print(json.dumps(answer), flush=True)


main()
