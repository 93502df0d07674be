"""`torchvision`: transforms of images and published datasets of them."""

from nanlint.domain.vocabulary import Op
from nanlint.frameworks.entries import Call, Dataset, Overload, Target, call, dataset

_RESIZED = call(Op.RESHAPE, "img>x", "size interpolation max_size antialias")
_FLIPPED = call(Op.RESHAPE, "img>x", "p")
_FILLED = "interpolation fill>value"
_RECOLORED = call(Op.RECOLOR, "img>x", "p")
_BLURRED = call(Op.RESHAPE, "img>x", "kernel_size sigma")
_NORMALIZED = call(Op.RESCALE, "tensor>x", "mean std inplace")

_TRANSFORMS: dict[str, Call] = {
    "ToTensor": call(Op.SCALE_PIXELS, "pic>x", dtype="torch.float32"),
    "PILToTensor": call(Op.PIXELS, "pic>x"),
    "ToPILImage": call(Op.PIXELS, "pic>x", "mode"),
    "ConvertImageDtype": call(Op.SCALE_PIXELS, "image>x", "dtype"),
    "Normalize": _NORMALIZED,
    "Resize": _RESIZED,
    "CenterCrop": call(Op.PAD, "img>x", "size"),
    "FiveCrop": call(Op.RESHAPE, "img>x", "size"),
    "TenCrop": call(Op.RESHAPE, "img>x", "size vertical_flip"),
    "RandomCrop": call(Op.PAD, "img>x", "size padding>pad pad_if_needed fill>value padding_mode"),
    "RandomResizedCrop": call(Op.RESHAPE, "img>x", "size scale ratio interpolation"),
    "RandomHorizontalFlip": _FLIPPED,
    "RandomVerticalFlip": _FLIPPED,
    "RandomRotation": call(Op.PAD, "img>x", "degrees interpolation expand center fill>value"),
    "RandomAffine": call(Op.PAD, "img>x", f"degrees translate scale shear {_FILLED} center"),
    "RandomPerspective": call(Op.PAD, "img>x", f"distortion_scale p {_FILLED}"),
    "ElasticTransform": call(Op.PAD, "img>x", f"alpha sigma {_FILLED}"),
    "Pad": call(Op.PAD, "img>x", "padding>pad fill>value padding_mode"),
    "GaussianBlur": _BLURRED,
    "Grayscale": call(Op.RESHAPE, "img>x", "num_output_channels"),
    "RandomGrayscale": _FLIPPED,
    "RandomErasing": call(Op.PAD, "img>x", "p scale ratio value inplace"),
    "ColorJitter": call(Op.RECOLOR, "img>x", "brightness contrast saturation hue"),
    "RandomInvert": _RECOLORED,
    "RandomAutocontrast": _RECOLORED,
    "RandomEqualize": _RECOLORED,
    "RandomPosterize": call(Op.RECOLOR, "img>x", "bits p"),
    "RandomSolarize": call(Op.RECOLOR, "img>x", "threshold p"),
    "RandomAdjustSharpness": call(Op.RECOLOR, "img>x", "sharpness_factor p"),
    "AutoAugment": call(Op.RECOLOR, "img>x", f"policy {_FILLED}"),
    "RandAugment": call(Op.RECOLOR, "img>x", f"num_ops magnitude num_magnitude_bins {_FILLED}"),
    "TrivialAugmentWide": call(Op.RECOLOR, "img>x", f"num_magnitude_bins {_FILLED}"),
    "AugMix": call(Op.RECOLOR, "img>x", f"severity mixture_width chain_depth alpha all_ops {_FILLED}"),
}

_SECOND: dict[str, Call] = {
    **_TRANSFORMS,
    "ToImage": call(Op.RESHAPE, "pic>x"),
    "ToPureTensor": call(Op.RESHAPE, "pic>x"),
    "ToDtype": call(Op.SCALE_PIXELS, "image>x", "dtype scale", scale=False),
    "RGB": call(Op.RESHAPE, "img>x"),
    "Identity": call(Op.COPY, "img>x"),
    "JPEG": call(Op.RECOLOR, "img>x", "quality"),
    "RandomPhotometricDistort": call(Op.RECOLOR, "img>x", "brightness contrast saturation hue p"),
    "RandomChannelPermutation": call(Op.RESHAPE, "img>x"),
}
"""What `torchvision.transforms.v2` adds."""

_FIRST_MODULES = ("torchvision.transforms", "torchvision.transforms.transforms")
_MODULES = (*_FIRST_MODULES, "torchvision.transforms.v2")

TRANSFORMS: dict[str, Call] = {
    **{f"{module}.{name}": layer for module in _FIRST_MODULES for name, layer in _TRANSFORMS.items()},
    **{f"torchvision.transforms.v2.{name}": layer for name, layer in _SECOND.items()},
}

_FUNCTIONS: dict[str, Call | Overload] = {
    "to_tensor": call(Op.SCALE_PIXELS, "pic>x", dtype="torch.float32"),
    "pil_to_tensor": call(Op.PIXELS, "pic>x"),
    "to_pil_image": call(Op.PIXELS, "pic>x", "mode"),
    "convert_image_dtype": call(Op.SCALE_PIXELS, "image>x", "dtype", dtype="torch.float32"),
    "normalize": _NORMALIZED,
    "resize": _RESIZED,
    "center_crop": call(Op.PAD, "img>x", "output_size"),
    "crop": call(Op.PAD, "img>x", "top left height width"),
    "resized_crop": call(Op.PAD, "img>x", "top left height width size interpolation"),
    "hflip": call(Op.RESHAPE, "img>x"),
    "vflip": call(Op.RESHAPE, "img>x"),
    "pad": call(Op.PAD, "img>x", "padding>pad fill>value padding_mode"),
    "rotate": call(Op.PAD, "img>x", "angle interpolation expand center fill>value"),
    "affine": call(Op.PAD, "img>x", "angle translate scale shear"),
    "gaussian_blur": _BLURRED,
    "rgb_to_grayscale": call(Op.RESHAPE, "img>x", "num_output_channels"),
    "to_grayscale": call(Op.RESHAPE, "img>x", "num_output_channels"),
    "adjust_brightness": call(Op.RECOLOR, "img>x", "brightness_factor"),
    "adjust_contrast": call(Op.RECOLOR, "img>x", "contrast_factor"),
    "adjust_saturation": call(Op.RECOLOR, "img>x", "saturation_factor"),
    "adjust_hue": call(Op.RECOLOR, "img>x", "hue_factor"),
    "adjust_gamma": call(Op.RECOLOR, "img>x", "gamma gain"),
    "invert": call(Op.RECOLOR, "img>x"),
}

VISION_FUNCTIONS: dict[str, Call | Overload] = {
    f"torchvision.transforms.functional.{name}": entry for name, entry in _FUNCTIONS.items()
}

COMPOSED = frozenset(f"{module}.Compose" for module in _MODULES)
OPTIONAL = frozenset(
    f"{module}.{name}" for module in _MODULES for name in ("RandomApply", "RandomOrder", "RandomChoice")
)
LAMBDAS = frozenset(f"{module}.Lambda" for module in _MODULES)

_TRAIN = "root train transform target_transform download"
_SPLIT = "root split transform target_transform download"
_PLAIN = "root transform target_transform download"
_SEGMENTED = "root year image_set download transform target_transform transforms"

_PUBLISHED: dict[str, Dataset] = {
    **{name: dataset(_TRAIN, 10) for name in ("MNIST", "FashionMNIST", "KMNIST", "CIFAR10", "USPS")},
    "QMNIST": dataset("root what compat train transform target_transform download"),
    "EMNIST": dataset("root split train transform target_transform download"),
    "CIFAR100": dataset(_TRAIN, 100),
    "SVHN": dataset(_SPLIT, 10),
    "STL10": dataset("root split folds transform target_transform download"),
    "ImageNet": dataset("root split transform target_transform loader", 1000),
    "Imagenette": dataset("root split size download transform target_transform loader", 10),
    "ImageFolder": dataset("root transform target_transform loader is_valid_file allow_empty"),
    "DatasetFolder": dataset("root loader extensions transform target_transform is_valid_file allow_empty"),
    "FakeData": dataset("size image_size num_classes transform target_transform random_offset"),
    "Caltech101": dataset("root target_type transform target_transform download"),
    "Caltech256": dataset(_PLAIN, 257),
    "Country211": dataset(_SPLIT, 211),
    "DTD": dataset("root split partition transform target_transform download", 47),
    "EuroSAT": dataset(_PLAIN, 10),
    "FER2013": dataset(_SPLIT, 7),
    "FGVCAircraft": dataset("root split annotation_level transform target_transform download"),
    "Flowers102": dataset(_SPLIT, 102),
    "Food101": dataset(_SPLIT, 101),
    "GTSRB": dataset(_SPLIT, 43),
    "LFWPeople": dataset("root split image_set transform target_transform download"),
    "Omniglot": dataset("root background transform target_transform download"),
    "PCAM": dataset(_SPLIT, 2),
    "Places365": dataset("root split small download transform target_transform loader", 365),
    "RenderedSST2": dataset(_SPLIT, 2),
    "SEMEION": dataset(_PLAIN, 10),
    "SUN397": dataset(_PLAIN, 397),
    "StanfordCars": dataset(_SPLIT, 196),
    "OxfordIIITPet": dataset(
        "root split target_types transforms transform target_transform download", target=Target.UNKNOWN
    ),
    "CelebA": dataset("root split target_type transform target_transform download", target=Target.UNKNOWN),
    "LSUN": dataset("root classes transform target_transform", target=Target.UNKNOWN),
    "VOCSegmentation": dataset(_SEGMENTED, target=Target.MASK),
    "VOCDetection": dataset(_SEGMENTED, target=Target.UNKNOWN),
    "Cityscapes": dataset(
        "root split mode target_type transform target_transform transforms", target=Target.UNKNOWN
    ),
    "CocoDetection": dataset("root annFile transform target_transform transforms", target=Target.UNKNOWN),
    "CocoCaptions": dataset("root annFile transform target_transform transforms", target=Target.UNKNOWN),
}  # fmt: skip

PUBLISHED = {f"torchvision.datasets.{name}": entry for name, entry in _PUBLISHED.items()}
