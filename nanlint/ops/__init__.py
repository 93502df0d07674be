"""What every canonical operation means: result range, poles forward and backward, dtype."""
