// Random types and values of them, built in an arena.
#pragma once

#include <map>
#include <random>

#include "runtime/abi/frame.h"
#include "runtime/value/time.h"

namespace endcap::abi {

class MemoryBlobs : public BlobSource {
 public:
  void keep(const std::vector<Blob>& blobs) {
    for (const Blob& blob : blobs) blobs_[blob.hash] = blob.bytes;
  }
  std::expected<std::string, Fault> load_blob(const BlobHash& hash) override {
    ++loads;
    const auto found = blobs_.find(hash);
    if (found == blobs_.end()) return std::unexpected(Fault{FaultKind::Defect, "no such blob"});
    return found->second;
  }
  std::map<BlobHash, std::string>& all() { return blobs_; }
  int loads = 0;

 private:
  std::map<BlobHash, std::string> blobs_;
};

class RandomValues {
 public:
  explicit RandomValues(uint64_t seed) : random_(seed) {}

  uint64_t below(uint64_t limit) { return random_() % limit; }

  // A type whose parts are types made before it: nesting ends.
  TypeId add_type(Types& types) {
    Type type;
    const bool nests = !types.empty() && below(2) == 0;
    if (nests) {
      constexpr Kind kNesting[] = {Kind::Record, Kind::List, Kind::Optional};
      type.kind = kNesting[below(3)];
      type.element = static_cast<TypeId>(below(types.size()));
      const size_t fields = type.kind == Kind::Record ? below(5) : 0;
      for (size_t i = 0; i < fields; ++i) {
        type.fields.push_back({"f" + std::to_string(i), static_cast<TypeId>(below(types.size()))});
      }
    } else {
      constexpr Kind kLeaves[] = {Kind::Bool,
                                  Kind::Int,
                                  Kind::Decimal,
                                  Kind::Percent,
                                  Kind::Money,
                                  Kind::Quantity,
                                  Kind::Date,
                                  Kind::Time,
                                  Kind::Instant,
                                  Kind::Duration,
                                  Kind::BusinessDuration,
                                  Kind::Zone,
                                  Kind::Text,
                                  Kind::Enum};
      type.kind = kLeaves[below(std::size(kLeaves))];
      type.scale = static_cast<uint8_t>(below(7));
      if (type.kind == Kind::Enum) type.values = {"low", "normal", "high"};
      if (type.kind == Kind::Money) type.name = "AUD";
      if (type.kind == Kind::Quantity) type.name = "ea";
    }
    types.push_back(type);
    return static_cast<TypeId>(types.size() - 1);
  }

  Cell make(const Types& types, TypeId id, Arena& arena, size_t list_max = 6) {
    const Type& type = types[id];
    switch (type.kind) {
      case Kind::Bool:
        return {Int128(below(2))};
      case Kind::Date:
        return {Int128(below(40000))};
      case Kind::Time:
        return {Int128(below(86400))};
      case Kind::Instant:
        return {Int128(below(uint64_t{4102444800} * kSecond))};
      case Kind::Duration:
        return {Int128(static_cast<int64_t>(random_()))};
      case Kind::BusinessDuration:
        return {Int128(below(2)) << 64 | Int128(below(1000))};
      case Kind::Enum:
        return {Int128(below(type.values.size()))};
      case Kind::Zone:
        return {arena.put_text("Australia/Sydney")};
      case Kind::Text:
        return {arena.put_text(text())};
      case Kind::Optional: {
        if (below(3) == 0) return {};
        const Cell value = make(types, type.element, arena, list_max / 2);
        const Reference object = arena.allocate(sizeof(Cell));
        *arena.cells(object) = value;
        return {object};
      }
      case Kind::Record: {
        if (type.fields.empty()) return {};
        const Reference object = arena.allocate(static_cast<uint32_t>(type.fields.size() * sizeof(Cell)));
        for (size_t i = 0; i < type.fields.size(); ++i) {
          const Cell cell = make(types, type.fields[i].type, arena, list_max / 2);
          arena.cells(object)[i] = cell;
        }
        return {object};
      }
      case Kind::Ratio: {
        const Reference object = arena.allocate(2 * sizeof(Cell));
        arena.cells(object)[0] = {Int128(static_cast<int32_t>(random_()))};
        arena.cells(object)[1] = {Int128(1 + below(1000))};
        return {object};
      }
      case Kind::List: {
        const uint32_t count = static_cast<uint32_t>(below(list_max + 1));
        if (count == 0) return {};
        const Reference object =
            arena.allocate(static_cast<uint32_t>(sizeof(ListHeader) + count * sizeof(Cell)));
        std::memcpy(arena.at(object), &count, sizeof count);
        for (uint32_t i = 0; i < count; ++i) {
          const Cell cell = make(types, type.element, arena, list_max / 2);
          arena.cells(object)[i + 1] = cell;
        }
        return {object};
      }
      default:
        return {static_cast<Int128>(static_cast<int64_t>(random_())) * static_cast<Int128>(below(1000))};
    }
  }

  std::string text() {
    constexpr const char* kPieces[] = {"a", "Sydney", "\"", "\\", "\n", "é", "店", "😀", " "};
    std::string text;
    for (size_t i = below(12); i > 0; --i) text += kPieces[below(std::size(kPieces))];
    return text;
  }

 private:
  std::mt19937_64 random_;
};

}  // namespace endcap::abi
