// Values and frames into an arena. Bytes come from disk or from outside: nothing in them is believed.
// Canonical bytes have one valid place for every object, so one pass in that order checks bounds, shape,
// padding, aliasing and trailing bytes at once.
#include <algorithm>
#include <cstddef>

#include "runtime/abi/frame.h"
#include "runtime/abi/shape.h"
#include "runtime/value/ratio.h"

namespace endcap::abi {
namespace {

Fault damaged(const char* what) {
  return {FaultKind::InvalidValue, std::string("packed bytes are damaged: ") + what};
}

class Loader {
 public:
  // Objects stand in arena bytes [base, base + size); references in them count from base and are made to
  // count from 0.
  Loader(const Types& types, Arena& arena, Reference base, size_t size, size_t first_object,
         bool blobs_allowed)
      : types_(types),
        arena_(arena),
        base_(base),
        size_(size),
        next_(first_object),
        blobs_allowed_(blobs_allowed) {}

  // Checks the cell at offset `place` and what it refers to.
  bool load(TypeId type, size_t place, unsigned depth = 0) {
    if (depth > kValueDepthMax) return fail("nested too deep");
    if (type >= types_.size()) return fail("unknown type");
    const Type& shape = types_[type];
    Cell* cell = arena_.cells(base_ + static_cast<uint32_t>(place));
    if (!is_reference(shape.kind))
      return is_scalar_in_range(shape, *cell) || fail("value out of the range of its type");
    const bool zero_allowed =
        shape.kind != Kind::Ratio && (shape.kind != Kind::Record || shape.fields.empty());
    if (cell->bits == 0) return zero_allowed || fail("missing object");
    const size_t object = next_;
    if (cell->bits != static_cast<Int128>(object)) return fail("reference to a wrong place");
    cell->bits += base_;
    switch (shape.kind) {
      case Kind::Ratio:
        return take(2 * sizeof(Cell)) && load_ratio(object);
      case Kind::Zone:
      case Kind::Text:
        return load_text(object);
      case Kind::Record:
        return load_record(shape, object, depth);
      case Kind::Optional:
        return take(sizeof(Cell)) && load(shape.element, object, depth + 1);
      default:
        return load_list(shape, object, depth);
    }
  }

  bool at_end() { return next_ == size_ || fail("trailing bytes"); }
  Fault fault() const { return damaged(reason_); }

 private:
  bool fail(const char* reason) {
    reason_ = reason;
    return false;
  }

  bool take(size_t bytes) {
    const size_t padded = (bytes + 15) & ~size_t{15};
    if (padded > size_ - next_) return fail("object beyond the end");
    for (size_t i = bytes; i < padded; ++i) {
      if (*arena_.at(base_ + static_cast<uint32_t>(next_ + i)) != 0) return fail("padding that is not zero");
    }
    next_ += padded;
    return true;
  }

  uint8_t* at(size_t offset) { return arena_.at(base_ + static_cast<uint32_t>(offset)); }

  bool load_ratio(size_t object) {
    Ratio ratio;
    std::memcpy(&ratio.numerator, at(object), sizeof(Cell));
    std::memcpy(&ratio.denominator, at(object + sizeof(Cell)), sizeof(Cell));
    if (ratio.denominator <= 0) return fail("ratio without a positive denominator");
    const Ratio canonical = reduced(ratio);
    return canonical.denominator == ratio.denominator || fail("ratio that is not reduced");
  }

  bool load_text(size_t object) {
    if (size_ - next_ < 16) return fail("text beyond the end");
    uint32_t length;
    std::memcpy(&length, at(object), sizeof length);
    if (length == 0 || length > size_ - next_ - 4) return fail("text length out of bounds");
    if (!take(size_t{length} + 4)) return false;
    return is_utf8({reinterpret_cast<const char*>(at(object)) + 4, length}) || fail("text that is not UTF-8");
  }

  bool load_record(const Type& shape, size_t object, unsigned depth) {
    if (shape.fields.empty()) return fail("object for a record without fields");
    if (!take(shape.fields.size() * sizeof(Cell))) return false;
    for (size_t i = 0; i < shape.fields.size(); ++i) {
      if (!load(shape.fields[i].type, object + i * sizeof(Cell), depth + 1)) return false;
    }
    return true;
  }

  bool load_list(const Type& shape, size_t object, unsigned depth) {
    if (!take(sizeof(ListHeader))) return false;
    ListHeader header;
    std::memcpy(&header, at(object), sizeof header);
    if (header.count == 0 || header.materialised != 0) return fail("list header");
    if (header.flags == kBlobList && blobs_allowed_) {
      if (header.byte_size <= kBlobThreshold || header.byte_size > kPayloadBytesMax ||
          header.count > header.byte_size / sizeof(Cell)) {
        return fail("list header");
      }
      return take(32);
    }
    if (header.flags != 0 || header.byte_size != 0) return fail("list header");
    if (header.count > (size_ - next_) / sizeof(Cell)) return fail("list beyond the end");
    if (!take(header.count * sizeof(Cell))) return false;
    for (uint32_t i = 0; i < header.count; ++i) {
      if (!load(shape.element, object + sizeof header + i * sizeof(Cell), depth + 1)) return false;
    }
    return true;
  }

  const Types& types_;
  Arena& arena_;
  Reference base_;
  size_t size_, next_;
  bool blobs_allowed_;
  const char* reason_ = "";
};

std::expected<FrameHeader, Fault> check_header(std::string_view frame) {
  FrameHeader header;
  if (frame.size() < sizeof header) return std::unexpected(damaged("shorter than a frame"));
  std::memcpy(&header, frame.data(), sizeof header);
  if (header.magic != FrameHeader().magic) return std::unexpected(damaged("not a frame"));
  const bool sizes_fit = header.byte_size == frame.size() && frame.size() % 16 == 0 &&
                         frame.size() <= kFrameBytesMax &&
                         header.cell_count <= (frame.size() - sizeof header) / sizeof(Cell);
  if (!sizes_fit) return std::unexpected(damaged("frame of another size than it says"));
  return header;
}

}  // namespace

std::expected<Cell, Fault> unpack_value(const Types& types, TypeId type, std::string_view packed,
                                        Arena& arena) {
  if (packed.size() < sizeof(Cell) || packed.size() % 16 != 0)
    return std::unexpected(damaged("not a packed value"));
  if (packed.size() > kArenaBytesMax - std::min(arena.size(), kArenaBytesMax)) {
    return std::unexpected(Fault{FaultKind::TooLarge, "the values of one step take more than 256 MiB"});
  }
  const Reference base = arena.append(packed);
  Loader loader(types, arena, base, packed.size(), sizeof(Cell), false);
  if (!loader.load(type, 0) || !loader.at_end()) return std::unexpected(loader.fault());
  return *arena.cells(base);
}

std::expected<std::vector<Cell>, Fault> load_frame(std::string_view frame, Arena& arena,
                                                   FrameHeader& header) {
  auto checked = check_header(frame);
  if (!checked) return std::unexpected(checked.error());
  header = *checked;
  arena.adopt(frame);
  const Cell* cells = arena.cells(sizeof header);
  return std::vector<Cell>(cells, cells + header.cell_count);
}

std::expected<std::vector<Cell>, Fault> load_frame(const Types& types, std::span<const TypeId> slots,
                                                   std::string_view frame, Arena& arena,
                                                   FrameHeader& header) {
  auto cells = load_frame(frame, arena, header);
  if (!cells) return cells;
  if (slots.size() != cells->size()) return std::unexpected(damaged("frame with another number of slots"));
  Loader loader(types, arena, 0, frame.size(), sizeof header + slots.size() * sizeof(Cell), true);
  for (size_t i = 0; i < slots.size(); ++i) {
    if (!loader.load(slots[i], sizeof header + i * sizeof(Cell))) return std::unexpected(loader.fault());
  }
  if (!loader.at_end()) return std::unexpected(loader.fault());
  return cells;
}

std::expected<Cell, Fault> load_blob_list(Arena& arena, const Types& types, TypeId list_type,
                                          const ListHeader& header, const BlobHash& hash, BlobSource* blobs) {
  if (blobs == nullptr) return std::unexpected(Fault{FaultKind::Defect, "a large list is not at hand here"});
  auto bytes = blobs->load_blob(hash);
  if (!bytes) return std::unexpected(bytes.error());
  if (bytes->size() != header.byte_size || sha256(*bytes) != hash) {
    return std::unexpected(damaged("list that is not what its hash says"));
  }
  auto cell = unpack_value(types, list_type, *bytes, arena);
  if (cell && list_header(arena, reference_of(*cell)).count != header.count) {
    return std::unexpected(damaged("list with another count"));
  }
  return cell;
}

std::expected<ListCells, Fault> find_list_cells(Arena& arena, const Types& types, TypeId list_type, Cell list,
                                                BlobSource* blobs) {
  const Reference reference = reference_of(list);
  const ListHeader header = list_header(arena, reference);
  if (header.count == 0) return ListCells();
  constexpr uint32_t kSkip = sizeof(ListHeader);
  if ((header.flags & kBlobList) == 0) return ListCells{reference + kSkip, header.count};
  if (header.materialised != 0) return ListCells{header.materialised + kSkip, header.count};
  auto cell = load_blob_list(arena, types, list_type, header, blob_hash(arena, reference), blobs);
  if (!cell) return std::unexpected(cell.error());
  const Reference loaded = reference_of(*cell);
  std::memcpy(arena.at(reference) + offsetof(ListHeader, materialised), &loaded, sizeof loaded);
  return ListCells{loaded + kSkip, header.count};
}

std::expected<std::span<const Cell>, Fault> list_cells(Arena& arena, const Types& types, TypeId list_type,
                                                       Cell list, BlobSource* blobs) {
  auto found = find_list_cells(arena, types, list_type, list, blobs);
  if (!found) return std::unexpected(found.error());
  if (found->count == 0) return std::span<const Cell>();
  return std::span<const Cell>(arena.cells(found->first), found->count);
}

}  // namespace endcap::abi
