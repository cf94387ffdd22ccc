"""A class and its marks: nbgrader's steps, records, the class page, the demo."""
