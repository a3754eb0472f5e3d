// How wide a text will be, and where to break it: what an SVG, and the labels of Graphviz, leave to us.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace endcap::graph {

// Width in units of the font's size, in Verdana or DejaVu Sans, whose letters are equally wide. Characters
// outside of ASCII count as wide ones.
double text_width(std::string_view text, bool bold);

// Lines of at most `width` units of the font's size, broken at blanks; a word that is longer is broken
// inside.
std::vector<std::string> wrap(std::string_view text, double width, bool bold);

}  // namespace endcap::graph
