#include "runtime/abi/place.h"

namespace endcap::abi {

std::string position_text(SourcePlace place) {
  std::string text = std::to_string(place.line);
  if (place.column == 0) return text;
  text += ":" + std::to_string(place.column);
  if (place.end_column > place.column + 1) text += "-" + std::to_string(place.end_column - 1);
  return text;
}

}  // namespace endcap::abi
