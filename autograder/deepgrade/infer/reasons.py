"""Why a model was not rebuilt or not used: one code, one sentence for a TA, each."""

from __future__ import annotations

from enum import StrEnum


class Reason(StrEnum):
    """A reason code, as it stands in infer.json."""

    NO_ARCHITECTURE = "no_architecture"
    NOT_BUILT = "not_built"
    BAD_JSON = "bad_json"
    UNKNOWN_LAYER = "unknown_layer"
    CUSTOM_CODE = "custom_code"
    FUNCTION_ACTIVATION = "function_activation"
    BAD_CONFIG = "bad_config"
    UNSUPPORTED_TOPOLOGY = "unsupported_topology"
    TOO_MANY_LAYERS = "too_many_layers"
    TOO_MANY_PARAMETERS = "too_many_parameters"
    INPUT_TOO_LARGE = "input_too_large"
    ACTIVATIONS_TOO_LARGE = "activations_too_large"
    TOO_MUCH_WORK = "too_much_work"
    BAD_WEIGHTS_FILE = "bad_weights_file"
    DUPLICATE_WEIGHT_NAMES = "duplicate_weight_names"
    WEIGHTS_TOO_LARGE = "weights_too_large"
    WEIGHT_SHAPE_MISMATCH = "weight_shape_mismatch"
    WEIGHT_DTYPE = "weight_dtype"
    NOT_FINITE = "not_finite"
    SEVERAL_INPUTS = "several_inputs"
    SEVERAL_OUTPUTS = "several_outputs"
    NO_ADAPTER_FITS = "no_adapter_fits"
    AMBIGUOUS_ADAPTER = "ambiguous_adapter"
    INPUTS_NOT_USABLE = "inputs_not_usable"
    INPUTS_DO_NOT_FIT = "inputs_do_not_fit"
    OUTPUT_TOO_LARGE = "output_too_large"
    OUTPUT_DOES_NOT_FIT = "output_does_not_fit"
    PREDICT_ERROR = "predict_error"
    CHILD_TIMEOUT = "child_timeout"
    CHILD_MEMORY = "child_memory"
    CHILD_CRASHED = "child_crashed"


SENTENCES: dict[Reason, str] = {
    Reason.NO_ARCHITECTURE: "The run left no description of the model's layers, so it cannot be rebuilt.",
    Reason.NOT_BUILT: "The model was never built: it has no input shape (it was not fitted, called or given an Input).",
    Reason.BAD_JSON: "The model's description is not well-formed JSON.",
    Reason.UNKNOWN_LAYER: "The model has a layer that this grader does not rebuild.",
    Reason.CUSTOM_CODE: "The model holds code of its own (a Lambda, a subclass or a registered object).",
    Reason.FUNCTION_ACTIVATION: "A layer's activation is a function, not one of Keras's named activations.",
    Reason.BAD_CONFIG: "A layer's settings are not ones that Keras accepts for that layer.",
    Reason.UNSUPPORTED_TOPOLOGY: "The layers are connected in a way that this grader does not rebuild.",
    Reason.TOO_MANY_LAYERS: "The model has more layers than are accepted.",
    Reason.TOO_MANY_PARAMETERS: "The model has more parameters than are accepted.",
    Reason.INPUT_TOO_LARGE: "One row of the model's input holds more numbers than are accepted.",
    Reason.ACTIVATIONS_TOO_LARGE: "A layer's output for one row holds more numbers than are accepted.",
    Reason.TOO_MUCH_WORK: "Predicting with the model would take more arithmetic than is accepted.",
    Reason.BAD_WEIGHTS_FILE: "The file with the model's weights is missing or damaged.",
    Reason.DUPLICATE_WEIGHT_NAMES: "The weights file names a tensor twice, so it can be read in two ways.",
    Reason.WEIGHTS_TOO_LARGE: "The weights file is larger, or claims to be larger, than is accepted.",
    Reason.WEIGHT_SHAPE_MISMATCH: "The weights do not have the number and shapes that the layers ask for.",
    Reason.WEIGHT_DTYPE: "A weight has a number format that is not accepted.",
    Reason.NOT_FINITE: "The weights or the predictions hold NaN or infinity (the training probably diverged).",
    Reason.SEVERAL_INPUTS: "The model takes several inputs, the rows to predict are one array.",
    Reason.SEVERAL_OUTPUTS: "The model gives several outputs, one answer a row is asked for.",
    Reason.NO_ADAPTER_FITS: "No known way of preparing the data set gives this model's inputs (for example a scaler "
    "that was fitted in the notebook).",
    Reason.AMBIGUOUS_ADAPTER: "Several ways of preparing the data set fit the model's input shape, and the captured test "
    "inputs do not tell which one was used.",
    Reason.INPUTS_NOT_USABLE: "The notebook's own test inputs were not kept whole as one table of finite numbers.",
    Reason.INPUTS_DO_NOT_FIT: "The notebook's own test inputs do not have the shape that this model takes.",
    Reason.OUTPUT_TOO_LARGE: "The model gives more numbers for these rows than are accepted.",
    Reason.OUTPUT_DOES_NOT_FIT: "The model's output is not one score per class of the data set.",
    Reason.PREDICT_ERROR: "Keras raised an error while it built the model or predicted with it.",
    Reason.CHILD_TIMEOUT: "Rebuilding the model and predicting took longer than allowed.",
    Reason.CHILD_MEMORY: "Rebuilding the model and predicting needed more memory than allowed.",
    Reason.CHILD_CRASHED: "The process that predicted with the model ended before it had answered.",
}
"""Every code has its sentence; `detail` in infer.json starts with it."""


class BundleError(Exception):
    """A model bundle is refused, or cannot be used for a hidden set.

    Attributes:
        reason: The code.
        detail: The code's sentence, followed by what was found where.
    """

    def __init__(self, reason: Reason, found: str = "") -> None:
        self.reason = reason
        self.detail = f"{SENTENCES[reason]} {shorten(found)}".strip()
        super().__init__(self.detail)


def shorten(text: str, length: int = 400) -> str:
    """Return text on one line without control characters, cut to `length` characters."""
    line = " ".join("".join(c if c.isprintable() else " " for c in text[: 4 * length]).split())
    return line if len(line) <= length else line[: length - 4] + " ..."
