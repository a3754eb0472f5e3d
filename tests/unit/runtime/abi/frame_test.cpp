// Packed values and frames: canonical, validated, with large lists beside them.
#include "runtime/abi/frame.h"

#include <doctest/doctest.h>

#include "tests/unit/runtime/abi/values.h"

using namespace endcap;
using namespace endcap::abi;

namespace {

// Text, List of Text, Record {Text, List of Text}.
Types small_types() {
  Types types(3);
  types[0].kind = Kind::Text;
  types[1].kind = Kind::List;
  types[1].element = 0;
  types[2].kind = Kind::Record;
  types[2].fields = {{"name", 0}, {"tags", 1}};
  return types;
}

Cell list_of_texts(Arena& arena, uint32_t count) {
  const Reference list = arena.allocate(sizeof(ListHeader) + count * sizeof(Cell));
  std::memcpy(arena.at(list), &count, sizeof count);
  for (uint32_t i = 0; i < count; ++i) {
    const Reference text = arena.put_text("store " + std::to_string(i));
    arena.cells(list)[i + 1].bits = text;
  }
  return {list};
}

}  // namespace

TEST_CASE("a value of any type is the same bytes after it was packed, unpacked and packed again") {
  for (uint64_t seed = 0; seed < 400; ++seed) {
    CAPTURE(seed);
    RandomValues random(seed);
    Types types;
    for (int i = 0; i < 12; ++i) random.add_type(types);
    for (TypeId type = 0; type < types.size(); ++type) {
      Arena arena, loaded;
      const Cell cell = random.make(types, type, arena);
      const std::string packed = pack_value(types, type, arena, cell, nullptr);
      loaded.allocate(static_cast<uint32_t>(16 * random.below(5)));  // another place gives other references
      const auto back = unpack_value(types, type, packed, loaded);
      REQUIRE_MESSAGE(back.has_value(), back.error().detail);
      CHECK(pack_value(types, type, loaded, *back, nullptr) == packed);
    }
  }
}

TEST_CASE("a frame of any slots loads to the same frame") {
  for (uint64_t seed = 0; seed < 300; ++seed) {
    CAPTURE(seed);
    RandomValues random(seed);
    Types types;
    for (int i = 0; i < 10; ++i) random.add_type(types);
    std::vector<TypeId> slots;
    std::vector<Cell> cells;
    Arena arena;
    for (size_t i = random.below(8); i > 0; --i) {
      slots.push_back(static_cast<TypeId>(random.below(types.size())));
      cells.push_back(random.make(types, slots.back(), arena));
    }
    FrameHeader header;
    header.machine = 3;
    header.state = 7;
    header.program = 42;
    std::vector<Blob> blobs;
    const auto frame = pack_frame(types, slots, cells, arena, header, blobs);
    REQUIRE(frame.has_value());
    Arena loaded;
    FrameHeader read;
    const auto back = load_frame(types, slots, *frame, loaded, read);
    REQUIRE_MESSAGE(back.has_value(), back.error().detail);
    CHECK(read.machine == 3);
    CHECK(read.state == 7);
    CHECK(read.program == 42);
    std::vector<Blob> again;
    CHECK(pack_frame(types, slots, *back, loaded, header, again).value() == *frame);
  }
}

TEST_CASE("altered bytes are either refused or a canonical value again, never a crash") {
  uint64_t refused = 0, accepted = 0;
  for (uint64_t seed = 0; seed < 300; ++seed) {
    CAPTURE(seed);
    RandomValues random(seed);
    Types types;
    for (int i = 0; i < 12; ++i) random.add_type(types);
    const TypeId type = static_cast<TypeId>(types.size() - 1);
    Arena arena;
    const std::string packed = pack_value(types, type, arena, random.make(types, type, arena), nullptr);
    for (int attempt = 0; attempt < 40; ++attempt) {
      std::string altered = packed;
      for (uint64_t changes = 1 + random.below(3); changes > 0; --changes) {
        const uint64_t what = random.below(8);
        if (what == 0) altered.resize(random.below(altered.size() + 1));
        if (what == 1) altered.append(16 * random.below(3), '\0');
        if (!altered.empty()) altered[random.below(altered.size())] = static_cast<char>(random.below(256));
      }
      Arena loaded;
      const auto cell = unpack_value(types, type, altered, loaded);
      if (cell) {
        ++accepted;
        CHECK(pack_value(types, type, loaded, *cell, nullptr) == altered);
      } else {
        ++refused;
        CHECK(cell.error().kind == FaultKind::InvalidValue);
      }
    }
  }
  CHECK(refused > 1000);
  CHECK(accepted > 100);
}

TEST_CASE("altered frames are refused or canonical, never a crash") {
  for (uint64_t seed = 0; seed < 300; ++seed) {
    CAPTURE(seed);
    RandomValues random(seed);
    Types types;
    for (int i = 0; i < 12; ++i) random.add_type(types);
    const std::vector<TypeId> slots{11, 10, 9};
    Arena arena;
    std::vector<Cell> cells;
    for (const TypeId slot : slots) cells.push_back(random.make(types, slot, arena, 40));
    std::vector<Blob> blobs;
    const auto frame = pack_frame(types, slots, cells, arena, {}, blobs);
    if (!frame) continue;
    for (int attempt = 0; attempt < 40; ++attempt) {
      std::string altered = *frame;
      altered[random.below(altered.size())] ^= static_cast<char>(1 << random.below(8));
      Arena loaded;
      FrameHeader header;
      const auto back = load_frame(types, slots, altered, loaded, header);
      if (back) {
        std::vector<Blob> again;
        CHECK(pack_frame(types, slots, *back, loaded, header, again).value() == altered);
      } else {
        CHECK(back.error().kind == FaultKind::InvalidValue);
      }
    }
  }
}

TEST_CASE("a list that leaves its bounds, an object in two places and bytes after the end are refused") {
  const Types types = small_types();
  Arena arena;
  const std::string list = pack_value(types, 1, arena, list_of_texts(arena, 2), nullptr);
  const auto refused = [&](std::string altered) {
    Arena loaded;
    return !unpack_value(types, 1, altered, loaded).has_value();
  };
  const auto with = [&](size_t place, uint32_t value) {
    std::string altered = list;
    std::memcpy(altered.data() + place, &value, sizeof value);
    return altered;
  };
  CHECK_FALSE(refused(list));
  CHECK(refused(with(16, 1000)));  // count
  CHECK(refused(with(16, 0xffffffff)));
  CHECK(refused(with(20, kBlobList)));  // a value stands by itself
  CHECK(refused(with(24, 32)));         // a loaded list from outside
  CHECK(refused(with(0, 32)));          // reference into the middle of an object
  CHECK(refused(with(48, 64)));         // second element refers to the first one's text
  CHECK(refused(list + std::string(16, '\0')));
  CHECK(refused(list.substr(0, list.size() - 16)));
  CHECK(refused(""));
}

TEST_CASE("text that is not UTF-8 is refused") {
  const Types types = small_types();
  for (const std::string text : {"\x80", "\xc0\xaf", "\xed\xa0\x80", "\xf4\x90\x80\x80", "\xe2\x82"}) {
    Arena arena, loaded;
    const std::string packed = pack_value(types, 0, arena, {arena.put_text(text)}, nullptr);
    CHECK_FALSE(unpack_value(types, 0, packed, loaded).has_value());
  }
}

TEST_CASE("a frame with a large list holds its hash, and the list is loaded when it is looked at") {
  const Types types = small_types();
  Arena arena;
  const std::vector<TypeId> slots{2};
  const Reference record = arena.allocate(2 * sizeof(Cell));
  const Cell tags = list_of_texts(arena, 600);
  arena.cells(record)[1] = tags;
  std::vector<Blob> blobs;
  const std::vector<Cell> cells{{record}};
  const std::string frame = pack_frame(types, slots, cells, arena, {}, blobs).value();
  REQUIRE(blobs.size() == 1);
  CHECK(frame.size() < 200);
  CHECK(sha256(blobs[0].bytes) == blobs[0].hash);

  MemoryBlobs store;
  store.keep(blobs);
  Arena loaded;
  FrameHeader header;
  const std::vector<Cell> back = load_frame(types, slots, frame, loaded, header).value();
  const Cell list = loaded.cells(static_cast<Reference>(back[0].bits))[1];
  CHECK(store.loads == 0);
  const auto texts = list_cells(loaded, types, 1, list, &store);
  REQUIRE(texts.has_value());
  CHECK(texts->size() == 600);
  CHECK(loaded.text((*texts)[599]) == "store 599");
  CHECK(list_cells(loaded, types, 1, list, &store).has_value());
  CHECK(store.loads == 1);

  std::vector<Blob> again;
  CHECK(pack_frame(types, slots, back, loaded, {}, again).value() == frame);
  CHECK(again.empty());  // it is in the side table already
  CHECK(pack_value(types, 1, loaded, list, &store) == blobs[0].bytes);
}

TEST_CASE("a large list that is not what its hash says is InvalidValue") {
  const Types types = small_types();
  Arena arena;
  const std::vector<TypeId> slots{1};
  const std::vector<Cell> cells{list_of_texts(arena, 600)};
  std::vector<Blob> blobs;
  const std::string frame = pack_frame(types, slots, cells, arena, {}, blobs).value();
  MemoryBlobs store;
  blobs[0].bytes[100] ^= 1;
  store.keep(blobs);
  Arena loaded;
  FrameHeader header;
  const Cell list = load_frame(types, slots, frame, loaded, header).value()[0];
  CHECK(list_cells(loaded, types, 1, list, &store).error().kind == FaultKind::InvalidValue);
  CHECK(list_cells(loaded, types, 1, list, nullptr).error().kind == FaultKind::Defect);
}

TEST_CASE("what does not fit a frame is TooLarge and leaves no blobs behind") {
  const Types types = small_types();
  Arena arena;
  const std::vector<TypeId> slots{1, 0};
  const Cell list = list_of_texts(arena, 600);
  const std::vector<Cell> cells{list, {arena.put_text(std::string(kFrameBytesMax, 'x'))}};
  std::vector<Blob> blobs;
  CHECK(pack_frame(types, slots, cells, arena, {}, blobs).error().kind == FaultKind::TooLarge);
  CHECK(blobs.empty());
}

TEST_CASE("hashes and hex are those of everyone else") {
  CHECK(hex(sha256("")) == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
  CHECK(hex(std::string("\x00\xff\x1a", 3)) == "00ff1a");
}
