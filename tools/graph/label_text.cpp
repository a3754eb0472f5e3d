// Widths of DejaVu Sans in thousandths of its size, for ASCII from the blank on.
#include "tools/graph/label_text.h"

#include <algorithm>
#include <array>
#include <cstdint>

namespace endcap::graph {

namespace {

// clang-format off
constexpr std::array<uint16_t, 95> kPlain{
    318, 401, 460, 838, 636, 950, 780, 275, 390, 390, 500, 838, 318, 361, 318, 337, 636, 636, 636, 636, 636, 636, 636, 636,
    636, 636, 337, 337, 838, 838, 838, 531, 1000, 684, 686, 698, 770, 632, 575, 775, 752, 295, 295, 656, 557, 863, 748, 787,
    603, 787, 695, 635, 611, 732, 684, 989, 685, 611, 685, 390, 337, 390, 838, 500, 500, 613, 635, 550, 635, 615, 352, 635,
    634, 278, 278, 579, 278, 974, 634, 612, 635, 635, 411, 521, 392, 634, 592, 818, 592, 592, 525, 636, 337, 636, 838};
constexpr std::array<uint16_t, 95> kBold{
    348, 456, 521, 838, 696, 1002, 872, 306, 457, 457, 523, 838, 380, 415, 380, 365, 696, 696, 696, 696, 696, 696, 696, 696,
    696, 696, 400, 400, 838, 838, 838, 580, 1000, 774, 762, 734, 830, 683, 683, 821, 837, 372, 372, 775, 637, 995, 837, 850,
    733, 850, 770, 720, 682, 812, 774, 1103, 771, 724, 725, 457, 365, 457, 838, 500, 500, 675, 716, 593, 716, 678, 435, 716,
    712, 343, 343, 665, 343, 1042, 712, 687, 716, 716, 493, 595, 478, 712, 652, 924, 645, 652, 582, 712, 365, 712, 838};
// clang-format on
constexpr double kOther = 1.0;

bool continues_character(char c) { return (static_cast<unsigned char>(c) & 0xc0) == 0x80; }

double width_of(char c, bool bold) {
  if (continues_character(c)) return 0;
  const auto index = static_cast<unsigned char>(c) - 0x20u;
  if (index >= kPlain.size()) return kOther;
  return (bold ? kBold : kPlain)[index] / 1000.0;
}

// How many bytes of the text fit; at least one character.
size_t fitting(std::string_view text, double width, bool bold) {
  double used = 0;
  size_t end = 0;
  while (end < text.size()) {
    used += width_of(text[end], bold);
    if (used > width && end > 0) break;
    do ++end;
    while (end < text.size() && continues_character(text[end]));
  }
  return end;
}

}  // namespace

double text_width(std::string_view text, bool bold) {
  double width = 0;
  for (const char c : text) width += width_of(c, bold);
  return width;
}

std::vector<std::string> wrap(std::string_view text, double width, bool bold) {
  std::vector<std::string> lines;
  while (text_width(text, bold) > width) {
    const size_t most = fitting(text, width, bold);
    if (most >= text.size()) break;
    const size_t blank = text.substr(0, most + 1).rfind(' ');
    const size_t end = blank == std::string_view::npos || blank == 0 ? most : blank;
    lines.emplace_back(text.substr(0, end));
    text.remove_prefix(end);
    while (text.starts_with(' ')) text.remove_prefix(1);
  }
  if (!text.empty() || lines.empty()) lines.emplace_back(text);
  return lines;
}

}  // namespace endcap::graph
