// Values and frames out of an arena, as canonical bytes.
#include <optional>

#include "runtime/abi/frame.h"
#include "runtime/abi/shape.h"
#include "runtime/value/check.h"
#include "runtime/value/ratio.h"

namespace endcap::abi {
namespace {

// Appends objects to `out`; the place of a reference is patched once its object is there.
class Packer {
 public:
  // `out` holds what precedes the objects; references count from its beginning. With `blobs` large lists
  // leave as blobs.
  Packer(const Types& types, BlobSource* source, std::string& out, std::vector<Blob>* blobs)
      : types_(types), source_(source), out_(out), blobs_(blobs) {}

  void pack(TypeId type, const Arena& arena, Cell cell, size_t place, unsigned depth = 0) {
    CHECK(depth <= kValueDepthMax);
    const Type& shape = types_[type];
    const Reference from = static_cast<Reference>(cell.bits);
    if (!is_reference(shape.kind)) return put_cell(place, cell);
    if (from == 0) return put_cell(place, Cell());
    switch (shape.kind) {
      case Kind::Ratio:
        return pack_ratio(arena.cells(from), place);
      case Kind::Zone:
      case Kind::Text:
        return pack_text(arena.text(cell), place);
      case Kind::Record: {
        const size_t object = begin_object(place, shape.fields.size() * sizeof(Cell));
        for (size_t i = 0; i < shape.fields.size(); ++i) {
          pack(shape.fields[i].type, arena, arena.cells(from)[i], object + i * sizeof(Cell), depth + 1);
        }
        return;
      }
      case Kind::Optional: {
        const size_t object = begin_object(place, sizeof(Cell));
        return pack(shape.element, arena, arena.cells(from)[0], object, depth + 1);
      }
      default:
        return pack_list(type, arena, from, place, depth);
    }
  }

  const std::optional<Fault>& fault() const { return fault_; }

 private:
  void put_cell(size_t place, Cell cell) { std::memcpy(out_.data() + place, &cell, sizeof cell); }

  size_t begin_object(size_t place, size_t bytes) {
    const size_t object = out_.size();
    CHECK(object + bytes < UINT32_MAX);
    out_.resize((object + bytes + 15) & ~size_t{15}, '\0');
    put_cell(place, Cell{static_cast<Int128>(object)});
    return object;
  }

  void pack_ratio(const Cell* cells, size_t place) {
    const Ratio ratio = reduced({cells[0].bits, cells[1].bits});
    const size_t object = begin_object(place, 2 * sizeof(Cell));
    put_cell(object, Cell{ratio.numerator});
    put_cell(object + sizeof(Cell), Cell{ratio.denominator});
  }

  void pack_text(std::string_view text, size_t place) {
    const uint32_t length = static_cast<uint32_t>(text.size());
    const size_t object = begin_object(place, text.size() + 4);
    std::memcpy(out_.data() + object, &length, 4);
    std::memcpy(out_.data() + object + 4, text.data(), text.size());
  }

  void pack_list(TypeId type, const Arena& arena, Reference from, size_t place, unsigned depth) {
    const ListHeader header = list_header(arena, from);
    if (header.count == 0) return put_cell(place, Cell());
    const bool is_blob = (header.flags & kBlobList) != 0;
    if (blobs_ != nullptr) {
      if (is_blob) return put_blob_list(place, header.count, header.byte_size, blob_hash(arena, from));
      Blob blob{{}, std::string(sizeof(Cell), '\0')};
      Packer whole(types_, source_, blob.bytes, nullptr);
      whole.pack(type, arena, Cell{from}, 0, depth);
      if (whole.fault_ && !fault_) fault_ = whole.fault_;
      if (blob.bytes.size() > kBlobThreshold) {
        blob.hash = sha256(blob.bytes);
        put_blob_list(place, header.count, static_cast<uint32_t>(blob.bytes.size()), blob.hash);
        blobs_->push_back(std::move(blob));
        return;
      }
    } else if (is_blob && header.materialised == 0) {
      return pack_stored_list(type, arena, from, place, depth);
    }
    const Reference cells = is_blob ? header.materialised : from;
    const size_t object = begin_object(place, sizeof(ListHeader) + header.count * sizeof(Cell));
    std::memcpy(out_.data() + object, &header.count, sizeof header.count);
    for (uint32_t i = 0; i < header.count; ++i) {
      const size_t offset = sizeof(ListHeader) + i * sizeof(Cell);
      pack(types_[type].element, arena, *arena.cells(cells + static_cast<uint32_t>(offset)), object + offset,
           depth + 1);
    }
  }

  void put_blob_list(size_t place, uint32_t count, uint32_t byte_size, const BlobHash& hash) {
    const size_t object = begin_object(place, sizeof(ListHeader) + hash.size());
    const ListHeader header{count, kBlobList, 0, byte_size};
    std::memcpy(out_.data() + object, &header, sizeof header);
    std::memcpy(out_.data() + object + sizeof header, hash.data(), hash.size());
  }

  // A list that was never looked at since its frame was loaded, inside a value that has to be whole.
  void pack_stored_list(TypeId type, const Arena& arena, Reference from, size_t place, unsigned depth) {
    const ListHeader header = list_header(arena, from);
    Arena loaded;
    auto cell = load_blob_list(loaded, types_, type, header, blob_hash(arena, from), source_);
    if (cell) return pack(type, loaded, *cell, place, depth + 1);
    if (!fault_) fault_ = cell.error();
    put_cell(place, Cell());
  }

  const Types& types_;
  BlobSource* source_;
  std::string& out_;
  std::vector<Blob>* blobs_;
  std::optional<Fault> fault_;
};

}  // namespace

std::string pack_value(const Types& types, TypeId type, const Arena& arena, Cell cell, BlobSource* blobs) {
  std::string packed(sizeof(Cell), '\0');
  Packer packer(types, blobs, packed, nullptr);
  packer.pack(type, arena, cell, 0);
  // The side table is written with the frames that name it: a list that is missing there is a damaged store.
  CHECK(!packer.fault().has_value());
  return packed;
}

std::expected<std::string, Fault> pack_frame(const Types& types, std::span<const TypeId> slots,
                                             std::span<const Cell> cells, const Arena& arena,
                                             FrameHeader header, std::vector<Blob>& blobs,
                                             BlobSource* source) {
  CHECK(slots.size() == cells.size());
  std::string frame(sizeof(FrameHeader) + cells.size() * sizeof(Cell), '\0');
  const size_t known_blobs = blobs.size();
  Packer packer(types, source, frame, &blobs);
  for (size_t i = 0; i < cells.size(); ++i) {
    packer.pack(slots[i], arena, cells[i], sizeof(FrameHeader) + i * sizeof(Cell));
  }
  const auto give_up = [&](Fault fault) {
    blobs.resize(known_blobs);
    return std::unexpected(std::move(fault));
  };
  const auto too_large = [&](const char* detail) { return give_up({FaultKind::TooLarge, detail}); };
  if (packer.fault()) return give_up(*packer.fault());
  for (size_t i = known_blobs; i < blobs.size(); ++i) {
    if (blobs[i].bytes.size() > kPayloadBytesMax) return too_large("a list takes more than 4 MiB");
  }
  if (frame.size() > kFrameBytesMax) return too_large("what is live at this wait takes more than 256 KiB");
  header.cell_count = static_cast<uint32_t>(cells.size());
  header.byte_size = static_cast<uint32_t>(frame.size());
  std::memcpy(frame.data(), &header, sizeof header);
  return frame;
}

}  // namespace endcap::abi
