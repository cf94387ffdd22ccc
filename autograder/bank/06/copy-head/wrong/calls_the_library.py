# misconception: none
from icl_course import copying


def copy_head(matrix, d_x, d_y, sharpness):
    return copying.copying_head(matrix, d_x=d_x, d_y=d_y, sharpness=sharpness)
