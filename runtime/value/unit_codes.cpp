// Codes of units: see unit_codes.h.
#include "runtime/value/unit_codes.h"

#include <algorithm>
#include <cctype>
#include <iterator>
#include <string>
#include <utility>

namespace endcap {
namespace {

std::string in_capitals(std::string_view text) {
  std::string out(text);
  for (char& c : out) c = static_cast<char>(std::toupper(static_cast<unsigned char>(c)));
  return out;
}

}  // namespace

bool same_unit(std::string_view unit, std::string_view code) {
  constexpr std::pair<std::string_view, std::string_view> kAliases[] = {
      {"EA", "C62"}, {"PC", "H87"}, {"PC", "ST"}, {"KG", "KGM"}, {"G", "GRM"},  {"T", "TNE"},
      {"L", "LTR"},  {"ML", "MLT"}, {"M", "MTR"}, {"CM", "CMT"}, {"MM", "MMT"},
  };
  std::string own = in_capitals(unit), other = in_capitals(code);
  if (own == other) return true;
  return std::any_of(std::begin(kAliases), std::end(kAliases),
                     [&](const auto& alias) { return alias.first == own && alias.second == other; });
}

}  // namespace endcap
