// Rows as numbered fields: what is read is what was written, in whatever order it stands.
// Compiled apart: fields.h brings the engine's CHECK, which must not come after doctest's.
#include "runtime/engine/fields.h"

#include "runtime/engine/rows.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <optional>
#include <string>
#include <utility>
#include <vector>

using namespace endcap;

namespace {

struct Part {
  uint64_t number = 0;
  std::string text;
  template <typename F>
  void fields(F& f) {
    f(1, number), f(2, text);
  }
  friend bool operator==(const Part&, const Part&) = default;
};

struct Whole {
  uint64_t first = 0;
  std::vector<std::string> texts;
  std::optional<Part> maybe;
  bool flag = false;
  std::vector<Part> parts;
  int64_t last = 0;
  template <typename F>
  void fields(F& f) {
    f(1, first), f(3, texts), f(4, maybe), f(300, last), f(7, flag), f(9, parts);  // not all in their order
  }
  friend bool operator==(const Whole&, const Whole&) = default;
};

const Whole kWhole{7, {"a", "", "c"}, Part{0, "none"}, true, {{1, "x"}, {}, {3, ""}}, -1};

std::string field(uint8_t number, const std::string& bytes) {
  return std::string{static_cast<char>(number), static_cast<char>(bytes.size())} + bytes;
}

}  // namespace

TEST_CASE("what was written is read again") {
  CHECK(rows::decode<Whole>(rows::encode(kWhole)) == kWhole);
  CHECK(rows::decode<Whole>(rows::encode(Whole())) == Whole());
}

TEST_CASE("fields are found in whatever order they stand, and unknown ones are passed over") {
  std::vector<std::string> each{field(1, "\x07"), field(3, "a"), field(7, "\x01"),
                                field(5, "of a newer release"), field(9, field(1, "\x02"))};
  std::ranges::sort(each);
  do {
    std::string bytes(1, rows::kVersion);
    for (const std::string& one : each) bytes += one;
    const auto row = rows::decode<Whole>(bytes);
    CHECK(row.first == 7);
    CHECK(row.texts == std::vector<std::string>{"a"});
    CHECK(row.flag);
    CHECK(row.parts == std::vector<Part>{{2, ""}});
    CHECK_FALSE(row.maybe.has_value());
    CHECK(row.last == 0);
  } while (std::ranges::next_permutation(each).found);
}

TEST_CASE("elements of a list keep their order, also with other fields between them") {
  const std::string bytes = std::string(1, rows::kVersion) + field(3, "a") + field(1, "\x07") + field(3, "b");
  const auto row = rows::decode<Whole>(bytes);
  CHECK(row.texts == std::vector<std::string>{"a", "b"});
  CHECK(row.first == 7);
}

TEST_CASE("a family that an older release wrote may hold what that release did not note down") {
  using rows::Family;
  Family family;
  CHECK(family.may_hold(Family::Groups));
  CHECK(family.may_hold(Family::Handlers));
  family.holds = Family::Known;
  CHECK_FALSE(family.may_hold(Family::Groups));
  CHECK(family.may_hold(Family::Handlers));
  family.holds |= Family::KnowsHandlers;
  CHECK_FALSE(family.may_hold(Family::Handlers));
  family.holds |= Family::Handlers;
  CHECK(family.may_hold(Family::Handlers));
}

TEST_CASE("a row does not say again what its key says, and an older one that does is read alike") {
  rows::Instance first;
  first.number = first.root = 400'001;
  first.lineage = {400'001};
  first.state = 3;
  const auto bytes = rows::encode(rows::pair_key(400'001, 400'001), first);
  CHECK(bytes.find("\x81\x1a\x06") == std::string::npos);
  const std::string older = std::string(1, rows::kVersion) + field(1, "\x81\x1a\x06") +
                            field(2, "\x81\x1a\x06") + field(4, "\x81\x1a\x06") + field(9, "\x03");
  for (const std::string& each : {bytes, older}) {
    const auto row = rows::decode<rows::Instance>(rows::pair_key(400'001, 400'001), each);
    CHECK(row.number == 400'001);
    CHECK(row.root == 400'001);
    CHECK(row.lineage == std::vector<uint64_t>{400'001});
    CHECK(row.state == 3);
  }
  rows::Instance below;
  below.number = 9;
  below.root = 4;
  below.lineage = {4, 9};
  const auto read =
      rows::decode<rows::Instance>(rows::pair_key(4, 9), rows::encode(rows::pair_key(4, 9), below));
  CHECK(read.number == 9);
  CHECK(read.root == 4);
  CHECK(read.lineage == std::vector<uint64_t>{4, 9});

  rows::Task task;
  task.number = 17;
  task.label = "pricing";
  CHECK(rows::decode<rows::Task>("o" + rows::big_endian(17), rows::encode("o" + rows::big_endian(17), task))
            .number == 17);
  rows::Family family;
  family.root = 17;
  family.key = "N-1";
  CHECK(rows::encode(rows::pair_key(17, 0), family) == std::string(1, rows::kVersion) + field(3, "N-1"));
  CHECK(rows::decode<rows::Family>(rows::pair_key(17, 0), rows::encode(rows::pair_key(17, 0), family)).root ==
        17);
}
