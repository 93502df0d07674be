"""Published datasets, images, and what prepares labels and sequences: `keras.datasets`, `keras.utils`."""

from nanlint.domain.value import Kind
from nanlint.domain.vocabulary import Op
from nanlint.frameworks.entries import Call, Dataset, Overload, Target, call, dataset

_PATH = "path"


def _text(classes: int) -> Dataset:
    return dataset("path num_words skip_top maxlen", classes, images=False, arrays="numpy")


LOADED: dict[str, Dataset] = {
    "keras.datasets.mnist.load_data": dataset(_PATH, 10, arrays="numpy"),
    "keras.datasets.fashion_mnist.load_data": dataset("", 10, arrays="numpy"),
    "keras.datasets.cifar10.load_data": dataset("", 10, arrays="numpy"),
    "keras.datasets.cifar100.load_data": dataset("label_mode", 100, arrays="numpy"),
    "keras.datasets.imdb.load_data": _text(2),
    "keras.datasets.reuters.load_data": _text(46),
    "keras.datasets.boston_housing.load_data": dataset(
        "path test_split seed", target=Target.UNKNOWN, images=False, arrays="numpy"
    ),
    "keras.datasets.california_housing.load_data": dataset(
        "version path test_split seed", target=Target.UNKNOWN, images=False, arrays="numpy"
    ),
}

FOLDERS: dict[str, Dataset] = {
    "keras.utils.image_dataset_from_directory": dataset("directory labels label_mode class_names"),
}

GENERATORS: dict[str, Call] = {
    "keras.preprocessing.image.ImageDataGenerator": call(
        Op.RESCALE,
        "x",
        "featurewise_center samplewise_center featurewise_std_normalization samplewise_std_normalization rescale>scale"
        " preprocessing_function",
        scale=1.0,
    ),
}
"""What `flow` and its like apply to each image."""

UTILITIES: dict[str, Call | Overload] = {
    "keras.utils.to_categorical": call(Op.ONE_HOT, "x", "num_classes", dtype="numpy.float64", below="wraps"),
    "keras.utils.normalize": call(Op.NORMALIZE, "x", "axis order>ord", axis=-1, ord=2),
    "keras.utils.pad_sequences": call(Op.PAD, "sequences>x", "maxlen dtype padding>pad truncating value"),
    "keras.utils.load_img": call(
        Op.READ,
        "",
        "path color_mode target_size interpolation",
        result=Kind.UNKNOWN,
        low=0,
        high=255,
        dtype="numpy.uint8",
    ),
    "keras.utils.img_to_array": call(Op.CAST, "img>x", "data_format dtype", dtype="numpy.float32"),
    "keras.utils.array_to_img": call(Op.PIXELS, "x", "data_format scale dtype"),
}
