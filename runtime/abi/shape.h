// How objects lie in an arena: what packing, loading and the builtins share.
#pragma once

#include "runtime/abi/frame.h"
#include "runtime/value/time.h"

namespace endcap::abi {

inline ListHeader list_header(const Arena& arena, Reference list) {
  ListHeader header;
  if (list != 0) std::memcpy(&header, arena.at(list), sizeof header);
  return header;
}

inline BlobHash blob_hash(const Arena& arena, Reference list) {
  return BlobHash(reinterpret_cast<const char*>(arena.at(list)) + sizeof(ListHeader), 32);
}

inline Reference reference_of(Cell cell) { return static_cast<Reference>(cell.bits); }

// The list behind a blob header, unpacked into `arena`.
std::expected<Cell, Fault> load_blob_list(Arena& arena, const Types& types, TypeId list_type,
                                          const ListHeader& header, const BlobHash& hash, BlobSource* blobs);

bool is_utf8(std::string_view text);
uint32_t count_code_points(std::string_view text);
// Whether a scalar cell is in the range of its type (days, seconds, enum values, bounds ...).
bool is_scalar_in_range(const Type& type, Cell cell);
// The bounds of a refined number in words: "at least 0 and at most 100"; empty when it has none.
std::string bounds_text(const Type& type);
// What is wrong with such a number: "110.00% is no Share, which is at least 0.00% and at most 100.00%".
std::string out_of_bounds_text(const Type& type, Cell cell);

// A type as an author writes it: "Qty<ea>", "optional Text(40)"; the name of an enum, a record or a type with
// bounds.
std::string type_text(const Types& types, TypeId type);
std::string number_type_text(const Type& type);  // "Percent(5,2)"
std::string_view kind_text(Kind kind);           // "Qty"

// Equality by value. A list may have to be loaded from the side table, which can fail and moves the arena.
std::expected<bool, Fault> equal_values(Arena& arena, const Types& types, TypeId type, Cell a, Cell b,
                                        BlobSource* blobs);
// Text that names an element: a view's key joined by '/', a scalar's text, else the hash of the packed value.
std::string key_text(const Arena& arena, const Types& types, TypeId type, Cell cell, BlobSource* blobs);
// A scalar or text as JSON shows it, without quotes.
std::string scalar_text(const Type& type, const Arena& arena, Cell cell);

// ISO 8601, days being 24 hours: "P1DT2H30M", "PT0.5S".
std::string iso_duration(Duration duration);
std::expected<Duration, Fault> duration_from_iso(std::string_view text);

}  // namespace endcap::abi
