"""Asking for memory before it is needed, inside kernels that hop through large arrays."""

from __future__ import annotations

from typing import Any

from llvmlite import ir
from numba import types
from numba.core import cgutils
from numba.extending import intrinsic


@intrinsic
def prefetch(typingctx: Any, array: Any, index: Any) -> Any:
    """Ask for the cache line where `array[index]` (of a 2-d array: its first element) lies; changes nothing else.

    Only a hint to the processor (LLVM's llvm.prefetch): what a kernel computes cannot depend on it. The index must
    be within the array's bounds.
    """

    def codegen(context: Any, builder: Any, signature: Any, args: Any) -> Any:
        kind, place = signature.args
        held = context.make_array(kind)(context, builder, args[0])
        strides = cgutils.unpack_tuple(builder, held.strides, kind.ndim)
        number = context.cast(builder, args[1], place, types.intp)
        at = builder.gep(
            builder.bitcast(held.data, ir.IntType(8).as_pointer()), [builder.mul(number, strides[0])]
        )
        word, pointer = ir.IntType(32), ir.IntType(8).as_pointer()
        shape = ir.FunctionType(ir.VoidType(), [pointer, word, word, word])
        hint = builder.module.declare_intrinsic("llvm.prefetch", [pointer], shape)
        # Read, keep in all caches, data.
        builder.call(hint, [at, ir.Constant(word, 0), ir.Constant(word, 3), ir.Constant(word, 1)])
        return context.get_dummy_value()

    return types.void(array, index), codegen
