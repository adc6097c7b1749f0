"""Networks and masks to PyTorch's modules and, pruned by whatever library, back from them."""

from cubistlib.interop.export import to_sequential
from cubistlib.interop.reading import from_sequential
