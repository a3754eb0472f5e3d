// Codes of units, as systems write them.
#include "runtime/value/unit_codes.h"

#include <doctest/doctest.h>

using namespace endcap;

TEST_CASE("a unit is known by its other codes, in whatever case, and by no other unit's") {
  CHECK(same_unit("ea", "EA"));
  CHECK(same_unit("ea", "c62"));
  CHECK(same_unit("kg", "KGM"));
  CHECK(same_unit("pallet", "Pallet"));
  CHECK_FALSE(same_unit("ea", "PAL"));
  CHECK_FALSE(same_unit("kg", "g"));
  CHECK_FALSE(same_unit("ea", ""));
}
