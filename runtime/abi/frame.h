// Cells, arenas and frames: the bytes that compiled code works on are the bytes that are stored.
//
// An arena is one growing block of bytes; a reference is an offset into it. A frame is an arena packed to what is live at one wait
// point: header, one cell a slot, then what the slots refer to: each object followed by what its cells refer to, in order. That is
// a tree: what two cells share stands twice, and the one valid place of every object follows from the types, so that equal values
// are equal bytes and a loader needs one pass. Loading a frame is a copy. Integers are little-endian; objects are aligned to 16
// bytes and padded with zeros.
#pragma once

#include <cstdint>
#include <cstring>
#include <expected>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "runtime/abi/types.h"
#include "runtime/value/decimal.h"
#include "runtime/value/fault.h"

namespace endcap::abi {

struct alignas(16) Cell {
  Int128 bits = 0;
  friend bool operator==(const Cell&, const Cell&) = default;
};
static_assert(sizeof(Cell) == 16);

using Reference = uint32_t;  // offset into the arena, 0 is none

struct ListHeader {          // 16 bytes, the cells follow
  uint32_t count = 0;
  uint32_t flags = 0;        // kBlobList: the cells live in the side table under `hash`, which follows the header (32 bytes)
  uint32_t materialised = 0; // blob lists, in the arena only: where the cells were loaded to
  uint32_t byte_size = 0;    // blob lists: size of the packed value; others, in the arena only: cells there is room for
};
inline constexpr uint32_t kBlobList = 1;
// A list whose packed size exceeds this goes to the side table when a frame is packed, by content hash.
inline constexpr uint32_t kBlobThreshold = 4096;
inline constexpr uint32_t kFrameBytesMax = 256 * 1024;
inline constexpr uint32_t kPayloadBytesMax = 4 * 1024 * 1024;
inline constexpr uint32_t kArenaBytesMax = 256 * 1024 * 1024;
inline constexpr unsigned kValueDepthMax = 64;  // nesting of values from outside

struct FrameHeader {         // 32 bytes
  uint32_t magic = 0x31464345;  // "ECF1"
  uint16_t machine = 0;
  uint16_t state = 0;
  uint32_t cell_count = 0;
  uint32_t byte_size = 0;       // whole frame
  uint64_t program = 0;         // first 8 bytes of the program's hash
  uint64_t reserved = 0;
};
static_assert(sizeof(FrameHeader) == 32);

// Side table of large lists, by SHA-256 of their packed bytes.
using BlobHash = std::string;  // 32 raw bytes
class BlobSource {
 public:
  virtual ~BlobSource() = default;
  virtual std::expected<std::string, Fault> load_blob(const BlobHash& hash) = 0;
};
struct Blob { BlobHash hash; std::string bytes; };

class Arena {
 public:
  Arena();                                     // starts with room for a frame header, so that no object has offset 0
  void reset();
  // Gives up all that was allocated since it had this size.
  void rewind(uint32_t size);
  Reference allocate(uint32_t bytes);          // zeroed, 16-byte aligned; may move the block: pointers die, references live
  uint8_t* at(Reference r) { return bytes_.data() + r; }
  const uint8_t* at(Reference r) const { return bytes_.data() + r; }
  Cell* cells(Reference r) { return reinterpret_cast<Cell*>(bytes_.data() + r); }
  const Cell* cells(Reference r) const { return reinterpret_cast<const Cell*>(bytes_.data() + r); }
  uint32_t size() const { return size_; }
  uint8_t* base() { return bytes_.data(); }
  // Copies `block` into the arena at a fresh offset and gives that offset (used to load frames and packed values).
  Reference append(std::string_view block);
  // Copies a whole frame to offset 0 of an empty arena: its references then are the arena's.
  void adopt(std::string_view frame);

  Reference put_text(std::string_view text);   // 0 for ""
  std::string_view text(Cell cell) const;

 private:
  std::vector<uint8_t> bytes_;
  uint32_t size_ = 0;
};

// Types of a program, shared by everything that walks values.
using Types = std::vector<Type>;

// A packed value: {one cell, what it refers to}, self-contained and canonical: equal values give equal bytes.
std::string pack_value(const Types& types, TypeId type, const Arena& arena, Cell cell, BlobSource* blobs);
// Validates bounds and shape: bytes come from disk or from outside. InvalidValue otherwise.
std::expected<Cell, Fault> unpack_value(const Types& types, TypeId type, std::string_view packed, Arena& arena);

// Packs live cells into a frame. Large lists leave as blobs. TooLarge beyond kFrameBytesMax. `source` is asked for a large list that
// became part of another list; Defect when there is none.
std::expected<std::string, Fault> pack_frame(const Types& types, std::span<const TypeId> slots, std::span<const Cell> cells,
                                             const Arena& arena, FrameHeader header, std::vector<Blob>& blobs,
                                             BlobSource* source = nullptr);
// Loads a frame into an empty arena; the cells come back in slot order. InvalidValue when it is not one. With the types of its slots
// every reference is checked; without, only the header and the sizes are: for frames whose bytes are known to be our own.
std::expected<std::vector<Cell>, Fault> load_frame(const Types& types, std::span<const TypeId> slots, std::string_view frame,
                                                   Arena& arena, FrameHeader& header);
std::expected<std::vector<Cell>, Fault> load_frame(std::string_view frame, Arena& arena, FrameHeader& header);

// The cells of a list, loading a blob first when there is one.
std::expected<std::span<const Cell>, Fault> list_cells(Arena& arena, const Types& types, TypeId list_type, Cell list, BlobSource* blobs);

// The same as references, which outlive allocations: where the cells begin, and how many.
struct ListCells { Reference first = 0; uint32_t count = 0; };
std::expected<ListCells, Fault> find_list_cells(Arena& arena, const Types& types, TypeId list_type, Cell list, BlobSource* blobs);

std::string sha256(std::string_view bytes);    // 32 raw bytes
std::string hex(std::string_view bytes);

}  // namespace endcap::abi
