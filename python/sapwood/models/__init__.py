"""The two models in torch: the reference that training and the parity tests stand on."""

from sapwood.models.graphsage import GraphSage, GraphSageShape, RelationalSageLayer, to_pyg
from sapwood.models.tree_lstm import ChildSumCell, ForestTensors, TreeLstm, TreeLstmShape
from sapwood.models.whitening import Whitening, fit_whitening

__all__ = [
    "ChildSumCell",
    "ForestTensors",
    "GraphSage",
    "GraphSageShape",
    "RelationalSageLayer",
    "TreeLstm",
    "TreeLstmShape",
    "Whitening",
    "fit_whitening",
    "to_pyg",
]
