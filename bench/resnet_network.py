"""The network of lib/nn/resnet18.ts in PyTorch, for benchmarks."""

import torch
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

    def groups(self, images: Tensor) -> list[Tensor]:
        """What each of the four groups of blocks gives."""
        features, found = torch.relu(self.stem(images)), []
        for group in "1234":
            for block in self.get_submodule(group).values():
                features = block(features)
            found.append(features)
        return found

    def forward(self, images: Tensor) -> Tensor:
        return self.logits(self.groups(images))

    def logits(self, groups: list[Tensor]) -> Tensor:
        return self.output(groups[-1].mean((2, 3)))


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
