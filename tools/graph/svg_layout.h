// Where everything stands: boxes in boxes, from top to bottom. All numbers are pixels; a box stands at (x, y)
// of the one around it.
#pragma once

#include <string>
#include <vector>

#include "tools/graph/graph.h"
#include "tools/graph/palette.h"

namespace endcap::graph {

inline constexpr double kFontSize = 12;

struct Text {
  double x = 0, y = 0;  // of the baseline's beginning
  std::string text;
  bool bold = false;
  std::string_view colour = kInk;
};

struct Arrow {
  double x1 = 0, y1 = 0, x2 = 0, y2 = 0;
  bool otherwise = false;  // dashed: not the usual way
};

struct Rule {  // a thin line across a box, between its parts
  double x1 = 0, x2 = 0, y = 0;
};

struct Panel {
  double x = 0, y = 0, width = 0, height = 0;
  std::string_view fill, line;  // empty: a group without a frame
  double radius = 3;
  bool dashed = false, stacked = false;  // stacked: drawn as several, one behind the other
  std::vector<Text> texts;
  std::vector<Arrow> arrows;
  std::vector<Rule> rules;
  std::vector<Panel> panels;
};

Panel lay_out(const Graph& graph);

}  // namespace endcap::graph
