// SVG 1.1 (www.w3.org/TR/SVG11) of a layout: no script, no style sheet, no font or picture from elsewhere.
#include <fmt/format.h>

#include "tools/graph/svg_layout.h"
#include "tools/graph/write.h"

namespace endcap::graph {

namespace {

std::string escape_xml(std::string_view text) {
  std::string result;
  for (const char c : text) {
    switch (c) {
      case '&':
        result += "&amp;";
        break;
      case '<':
        result += "&lt;";
        break;
      case '>':
        result += "&gt;";
        break;
      case '"':
        result += "&quot;";
        break;
      default:
        result += static_cast<unsigned char>(c) < 0x20 || c == 0x7f ? ' ' : c;
    }
  }
  return result;
}

class SvgWriter {
 public:
  std::string write(const Panel& page, const std::string& name) {
    out_ = fmt::format(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{0:.0f}\" height=\"{1:.0f}\" viewBox=\"0 0 "
        "{0:.0f} {1:.0f}\" role=\"img\" "
        "font-family=\"Verdana, 'DejaVu Sans', sans-serif\" font-size=\"{2:.0f}\">\n"
        "<title>{3}</title>\n"
        "<defs><marker id=\"arrow\" viewBox=\"0 0 8 8\" refX=\"8\" refY=\"4\" markerWidth=\"8\" "
        "markerHeight=\"8\" orient=\"auto\" "
        "markerUnits=\"userSpaceOnUse\"><path d=\"M0 0 L8 4 L0 8 z\" fill=\"{4}\"/></marker></defs>\n",
        page.width, page.height, kFontSize, escape_xml(name), kFaint);
    draw(page, 0, 0);
    return std::move(out_) + "</svg>\n";
  }

 private:
  void draw(const Panel& panel, double x, double y) {
    x += panel.x;
    y += panel.y;
    if (!panel.fill.empty()) frame(panel, x, y);
    for (const Rule& rule : panel.rules)
      out_ += fmt::format("<path d=\"M{:.1f} {:.1f} H{:.1f}\" stroke=\"{}\" stroke-opacity=\"0.45\"/>\n",
                          x + rule.x1, y + rule.y, x + rule.x2, panel.line);
    for (const Panel& inside : panel.panels) draw(inside, x, y);
    for (const Arrow& arrow : panel.arrows) {
      out_ += fmt::format(
          "<path d=\"M{:.1f} {:.1f} L{:.1f} {:.1f}\" fill=\"none\" stroke=\"{}\"{} "
          "marker-end=\"url(#arrow)\"/>\n",
          x + arrow.x1, y + arrow.y1, x + arrow.x2, y + arrow.y2, kFaint,
          arrow.otherwise ? " stroke-dasharray=\"4 3\"" : "");
    }
    for (const Text& text : panel.texts) {
      out_ += fmt::format("<text x=\"{:.1f}\" y=\"{:.1f}\" fill=\"{}\"{}>{}</text>\n", x + text.x, y + text.y,
                          text.colour, text.bold ? " font-weight=\"bold\"" : "", escape_xml(text.text));
    }
  }

  void frame(const Panel& panel, double x, double y) {
    const auto rectangle = [&](double offset) {
      out_ += fmt::format(
          "<rect x=\"{:.1f}\" y=\"{:.1f}\" width=\"{:.1f}\" height=\"{:.1f}\" rx=\"{:.0f}\" "
          "fill=\"{}\"{}{}/>\n",
          x + offset, y + offset, panel.width, panel.height, panel.line.empty() ? 0 : panel.radius,
          panel.fill, panel.line.empty() ? "" : fmt::format(" stroke=\"{}\"", panel.line),
          panel.dashed ? " stroke-dasharray=\"6 4\"" : "");
    };
    if (panel.stacked) rectangle(4);
    rectangle(0);
  }

  std::string out_;
};

}  // namespace

std::string write_svg(const Graph& graph) { return SvgWriter().write(lay_out(graph), graph.name); }

}  // namespace endcap::graph
