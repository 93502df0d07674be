"""`tf.image`: numbers from 0 to 255 or from 0 to 1, and what becomes of them."""

from nanlint.domain.vocabulary import Op
from nanlint.frameworks.entries import Call, Overload, call

_RESIZED = call(Op.CAST, "images>x", "size method preserve_aspect_ratio antialias", dtype="tensorflow.float32")
_RECOLORED = {
    "adjust_brightness": "image>x | delta",
    "adjust_contrast": "images>x | contrast_factor",
    "adjust_gamma": "image>x | gamma gain",
    "adjust_hue": "image>x | delta",
    "adjust_jpeg_quality": "image>x | jpeg_quality dct_method",
    "adjust_saturation": "image>x | saturation_factor",
    "random_brightness": "image>x | max_delta seed",
    "random_contrast": "image>x | lower upper seed",
    "random_hue": "image>x | max_delta seed",
    "random_jpeg_quality": "image>x | min_jpeg_quality max_jpeg_quality seed",
    "random_saturation": "image>x | lower upper seed",
    "stateless_random_brightness": "image>x | max_delta seed",
    "stateless_random_contrast": "image>x | lower upper seed",
}
_MOVED = {
    "central_crop": "image>x | central_fraction",
    "crop_to_bounding_box": "image>x | offset_height offset_width target_height target_width",
    "flip_left_right": "image>x",
    "flip_up_down": "image>x",
    "grayscale_to_rgb": "images>x",
    "random_crop": "value>x | size seed",
    "random_flip_left_right": "image>x | seed",
    "random_flip_up_down": "image>x | seed",
    "rgb_to_grayscale": "images>x",
    "rot90": "image>x | k",
    "stateless_random_crop": "value>x | size seed",
    "stateless_random_flip_left_right": "image>x | seed",
    "stateless_random_flip_up_down": "image>x | seed",
    "transpose": "image>x",
}
_PADDED = {
    "crop_and_resize": "image>x | boxes box_indices crop_size method extrapolation_value>value",
    "pad_to_bounding_box": "image>x | offset_height offset_width target_height target_width",
    "resize_with_crop_or_pad": "image>x | target_height target_width",
    "resize_with_pad": "image>x | target_height target_width method antialias",
}


def _of_image(op: Op, text: str) -> Call:
    operands, _, options = text.partition("|")
    return call(op, operands, options)


IMAGES: dict[str, Call | Overload] = {
    **{name: _of_image(Op.RECOLOR, text) for name, text in _RECOLORED.items()},
    **{name: _of_image(Op.RESHAPE, text) for name, text in _MOVED.items()},
    **{name: _of_image(Op.PAD, text) for name, text in _PADDED.items()},
    "convert_image_dtype": call(Op.SCALE_PIXELS, "image>x", "dtype saturate"),
    # images of integers become floats, and stay as large as they were
    "resize": _RESIZED,
    "per_image_standardization": call(Op.STANDARDIZE, "image>x"),
    "rgb_to_hsv": call(Op.OPAQUE, "images>x"),
    "hsv_to_rgb": call(Op.OPAQUE, "images>x"),
    "image_gradients": call(Op.OPAQUE, "image>x"),
    "sobel_edges": call(Op.OPAQUE, "image>x"),
    "total_variation": call(Op.OPAQUE, "images>x"),
    "psnr": call(Op.OPAQUE, "a>x b>y", "max_val"),
    "ssim": call(Op.OPAQUE, "img1>x img2>y", "max_val filter_size"),
}

OLD_IMAGES: dict[str, Call | Overload] = {
    "image.resize_images": call(
        Op.CAST, "images>x", "size method align_corners preserve_aspect_ratio", dtype="tensorflow.float32"
    ),
    **{
        f"image.resize_{method}": call(
            Op.CAST, "images>x", "size align_corners half_pixel_centers", dtype="tensorflow.float32"
        )
        for method in ("bilinear", "bicubic")
    },
    "image.resize_area": call(Op.CAST, "images>x", "size align_corners", dtype="tensorflow.float32"),
    "image.resize_nearest_neighbor": call(Op.RESHAPE, "images>x", "size align_corners half_pixel_centers"),
    "image.resize_image_with_crop_or_pad": IMAGES["resize_with_crop_or_pad"],
    "image.resize_image_with_pad": call(Op.PAD, "image>x", "target_height target_width method align_corners"),
    "random_crop": IMAGES["random_crop"],
}
