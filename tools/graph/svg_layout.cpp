// A node is a panel: its words, the paths inside it, and below them a row for each handler. A sequence is a
// column of panels with arrows.
#include "tools/graph/svg_layout.h"

#include <algorithm>
#include <cmath>

#include "tools/graph/label_text.h"

namespace endcap::graph {

namespace {

constexpr double kLineHeight = 16, kPadding = 10, kGap = 22, kLaneGap = 14;
constexpr double kTextColumns = 38;      // units of the font's size: what a line of text may be wide
constexpr double kCaptionColumns = 14;   // the caption of a handler
constexpr double kLanesWidthMax = 1320;  // lanes beside each other; more go into another row

Panel moved(Panel panel, double x, double y) {
  panel.x = x;
  panel.y = y;
  return panel;
}

// A group with these lines; its size is theirs.
Panel text_block(const std::string& title, const std::vector<std::string>& details, double columns,
                 std::string_view colour) {
  Panel block;
  const auto add = [&](const std::string& words, bool bold) {
    // What belongs to a bullet stays behind it.
    const double indent = words.starts_with("\u2022 ") ? text_width("\u2022 ", bold) * kFontSize : 0;
    double x = 0;
    for (std::string& line : wrap(words, columns - indent / kFontSize, bold)) {
      block.width = std::max(block.width, x + text_width(line, bold) * kFontSize);
      block.texts.push_back({x, block.height + kFontSize, std::move(line), bold, colour});
      block.height += kLineHeight;
      x = indent;
    }
  };
  if (!title.empty()) add(title, true);
  for (const std::string& detail : details) add(detail, false);
  return block;
}

Panel framed(const Look& look) {
  Panel panel;
  panel.fill = look.fill;
  panel.line = look.line;
  return panel;
}

// Puts `child` below what is in `panel`, at the left or in the middle (which `centre` does once the width is
// known).
void append(Panel& panel, Panel child, double gap) {
  child.x = kPadding;
  child.y = panel.height + gap;
  panel.width = std::max(panel.width, child.width + 2 * kPadding);
  panel.height = child.y + child.height;
  panel.panels.push_back(std::move(child));
}

Panel node_panel(const Node& node);

// `then skip`, as a small panel at the end of a handler.
Panel then_panel(const Path& path) {
  Panel words = text_block("", {path.then_words}, kTextColumns, kInk);
  Panel panel = framed(look_of(Kind::Skip));
  panel.radius = 10;
  append(panel, std::move(words), 3);
  panel.height += 5;
  return panel;
}

// One below the other, each in the middle, with arrows between them.
Panel sequence(const Path& path) {
  Panel column;
  std::vector<Panel> panels;
  for (const Node& node : path.nodes) panels.push_back(node_panel(node));
  if (!path.then_words.empty()) panels.push_back(then_panel(path));
  for (const Panel& panel : panels) column.width = std::max(column.width, panel.width);
  for (Panel& panel : panels) {
    if (column.height > 0) {
      column.arrows.push_back({column.width / 2, column.height, column.width / 2, column.height + kGap});
      column.height += kGap;
    }
    column.panels.push_back(moved(std::move(panel), 0, column.height));
    Panel& placed = column.panels.back();
    placed.x = (column.width - placed.width) / 2;
    column.height += placed.height;
  }
  return column;
}

Panel lane(const Path& path) {
  Panel panel;
  panel.fill = kPage;
  panel.line = look_of(Kind::Read).line;
  append(panel, text_block(path.caption, {}, kTextColumns, kInk), 6);
  Panel body = sequence(path);
  if (body.panels.empty()) body = text_block("", {"go on"}, kTextColumns, kFaint);
  append(panel, std::move(body), 8);
  Panel& placed = panel.panels.back();
  placed.x = std::max(kPadding, (panel.width - placed.width) / 2);
  panel.height += kPadding;
  return panel;
}

// Lanes beside each other, in as many rows as it takes.
Panel lanes(const std::vector<Path>& paths) {
  Panel group;
  double x = 0, y = 0, row = 0;
  size_t first = 0;
  const auto close_row = [&] {
    for (; first < group.panels.size(); ++first) group.panels[first].height = row;
    group.height = y + row;
    y += row + kLaneGap;
    x = row = 0;
  };
  for (const Path& path : paths) {
    Panel panel = lane(path);
    if (x > 0 && x + panel.width > kLanesWidthMax) close_row();
    row = std::max(row, panel.height);
    group.width = std::max(group.width, x + panel.width);
    group.panels.push_back(moved(std::move(panel), x, y));
    x += group.panels.back().width + kLaneGap;
  }
  close_row();
  return group;
}

// The caption at the left, an arrow, and what happens at the right.
Panel handler_row(const Path& path, double caption_width) {
  Panel row;
  Panel caption = text_block("", {path.caption}, kCaptionColumns, kInk);
  Panel body = sequence(path);
  if (body.panels.empty()) body = text_block("", {"nothing more"}, kTextColumns, kFaint);
  const double left = caption_width + 34;
  row.height = std::max(caption.height, body.height);
  row.width = left + body.width;
  const double middle =
      std::min(body.panels.empty() ? body.height : body.panels.front().height, row.height) / 2;
  const double caption_y = std::max(0.0, middle - caption.height / 2);
  row.height = std::max(row.height, caption_y + caption.height);
  row.arrows.push_back({caption_width + 6, middle, left, middle, true});
  row.panels.push_back(moved(std::move(caption), 0, caption_y));
  row.panels.push_back(moved(std::move(body), left, 0));
  return row;
}

void append_handlers(Panel& panel, const std::vector<Path>& handlers) {
  double caption_width = 0;
  for (const Path& handler : handlers)
    caption_width = std::max(caption_width, text_block("", {handler.caption}, kCaptionColumns, kInk).width);
  std::vector<double> rules;
  for (const Path& handler : handlers) {
    rules.push_back(panel.height + 8);
    append(panel, handler_row(handler, caption_width), 16);
  }
  for (const double y : rules) panel.rules.push_back({0, panel.width, y});
}

Panel node_panel(const Node& node) {
  const Look look = look_of(node.kind);
  Panel panel = framed(look);
  const bool pill = is_end(node.kind) || node.kind == Kind::Start;
  panel.radius = pill ? 14 : 3;
  panel.dashed = node.kind == Kind::Throughout;
  panel.stacked = node.kind == Kind::Each;
  append(panel, text_block(node.title, node.details, kTextColumns, look.text), 7);
  const bool several = node.kind == Kind::Together || node.kind == Kind::Choice;
  const size_t words = panel.panels.size();
  if (several) {
    append(panel, lanes(node.bodies), 8);
  } else if (!node.bodies.empty() && !node.bodies.front().nodes.empty()) {
    append(panel, sequence(node.bodies.front()), 8);
  }
  append_handlers(panel, node.handlers);
  if (panel.panels.size() > words && !node.bodies.empty()) {
    Panel& body = panel.panels[words];
    body.x = (panel.width - body.width) / 2;
  }
  panel.height += panel.panels.size() > 1 ? kPadding : 8;
  return panel;
}

}  // namespace

Panel lay_out(const Graph& graph) {
  constexpr double kMargin = 24;
  Panel body = sequence({"", graph.nodes});
  Panel page;
  page.fill = kPage;
  page.width = std::ceil(body.width + 2 * kMargin);
  page.height = std::ceil(body.height + 2 * kMargin);
  page.panels.push_back(moved(std::move(body), kMargin, kMargin));
  return page;
}

}  // namespace endcap::graph
