// Builtins over texts, lists, records and optionals.
#include <algorithm>

#include "runtime/abi/builtins.h"
#include "runtime/value/allocation.h"

using namespace endcap;
using namespace endcap::abi;

namespace {

uint32_t give_text(Context* context, Cell* result, std::string_view text) {
  if (text.size() > kPayloadBytesMax || context->arena->size() > kArenaBytesMax - 2 * kPayloadBytesMax) {
    return code(FaultKind::TooLarge);
  }
  const Reference object = context->arena->put_text(text);
  context->arena_base = context->arena->base();
  return give(result, object);
}

// A list object with room for `room` cells, holding `count` of `cells`.
bool make_list(Context* context, const Cell* cells, uint32_t count, uint64_t room, Reference& object) {
  if (!allocate(context, sizeof(ListHeader) + room * sizeof(Cell), object)) return false;
  const ListHeader header{count, 0, 0, static_cast<uint32_t>(room)};
  std::memcpy(context->arena->at(object), &header, sizeof header);
  std::copy_n(cells, count, context->arena->cells(object) + 1);
  return true;
}

const Types& types_of(const Context* context) { return context->program->types; }

std::expected<ListCells, Fault> cells_of(Context* context, Cell list, TypeId type) {
  auto found = find_list_cells(*context->arena, types_of(context), type, list, context->blobs);
  context->arena_base = context->arena->base();
  return found;
}

std::expected<bool, Fault> equal(Context* context, TypeId type, Cell a, Cell b) {
  auto result = equal_values(*context->arena, types_of(context), type, a, b, context->blobs);
  context->arena_base = context->arena->base();
  return result;
}

// Of two keys of a map: below 0, 0 or above. Texts go by their bytes, everything else by its number.
int order(const Context* context, TypeId type, Cell a, Cell b) {
  const Kind kind = types_of(context)[type].kind;
  if (kind == Kind::Text || kind == Kind::Zone)
    return context->arena->text(a).compare(context->arena->text(b));
  return a.bits < b.bits ? -1 : a.bits > b.bits ? 1 : 0;
}

}  // namespace

uint32_t endcap_rt_TextLiteral(Context* context, Cell* result, const Cell*, uint64_t immediate) {
  return give_text(context, result, context->program->texts[immediate]);
}

uint32_t endcap_rt_TextCompare(Context* context, Cell* result, const Cell* arguments, uint64_t) {
  const int order = context->arena->text(arguments[0]).compare(context->arena->text(arguments[1]));
  return give(result, order < 0 ? -1 : order > 0 ? 1 : 0);
}

uint32_t endcap_rt_TextConcat(Context* context, Cell* result, const Cell* arguments, uint64_t) {
  std::string joined(context->arena->text(arguments[0]));
  joined += context->arena->text(arguments[1]);
  return give_text(context, result, joined);
}

uint32_t endcap_rt_TextCheckLength(Context* context, Cell* result, const Cell* arguments,
                                   uint64_t immediate) {
  if (count_code_points(context->arena->text(arguments[0])) > immediate) return code(FaultKind::OutOfRange);
  return give(result, arguments[0].bits);
}

uint32_t endcap_rt_RecordMake(Context* context, Cell* result, const Cell* arguments, uint64_t immediate) {
  const uint32_t count = immediate & 0xffff;
  if (count == 0) return give(result, 0);
  Reference object;
  if (!allocate(context, count * sizeof(Cell), object)) return code(FaultKind::TooLarge);
  std::copy_n(arguments, count, context->arena->cells(object));
  return give(result, object);
}

uint32_t endcap_rt_ListMake(Context* context, Cell* result, const Cell* arguments, uint64_t immediate) {
  const uint32_t count = immediate & 0xffff;
  if (count == 0) return give(result, 0);
  Reference object;
  if (!make_list(context, arguments, count, count, object)) return code(FaultKind::TooLarge);
  return give(result, object);
}

// The list a list was appended to is not used again: lowering only appends to the list it is collecting.
uint32_t endcap_rt_ListAppend(Context* context, Cell* result, const Cell* arguments, uint64_t immediate) {
  const Cell list = arguments[0], element = arguments[1];
  ListHeader header = list_header(*context->arena, reference_of(list));
  Reference object = reference_of(list);
  if ((header.flags & kBlobList) != 0 || header.count >= header.byte_size) {
    std::vector<Cell> cells;
    if (header.count > 0) {
      auto found = cells_of(context, list, static_cast<TypeId>(immediate));
      if (!found) return code(found.error().kind);
      const Cell* first = context->arena->cells(found->first);
      cells.assign(first, first + found->count);
    }
    const uint64_t room = std::max<uint64_t>(4, uint64_t{header.count} * 2);
    if (!make_list(context, cells.data(), header.count, room, object)) return code(FaultKind::TooLarge);
  }
  ++header.count;
  std::memcpy(context->arena->at(object), &header.count, sizeof header.count);
  context->arena->cells(object)[header.count] = element;
  return give(result, object);
}

uint32_t endcap_rt_ListCount(Context* context, Cell* result, const Cell* arguments, uint64_t) {
  return give(result, list_header(*context->arena, reference_of(arguments[0])).count);
}

uint32_t endcap_rt_ListGet(Context* context, Cell* result, const Cell* arguments, uint64_t immediate) {
  const Int128 index = arguments[1].bits;
  const Reference list = reference_of(arguments[0]);
  const ListHeader header = list_header(*context->arena, list);
  if ((header.flags & kBlobList) == 0) {
    if (index < 0 || index >= header.count) return code(FaultKind::OutOfRange);
    return give(result, context->arena->cells(list)[1 + static_cast<uint32_t>(index)].bits);
  }
  auto found = cells_of(context, arguments[0], static_cast<TypeId>(immediate));
  if (!found) return code(found.error().kind);
  if (index < 0 || index >= found->count) return code(FaultKind::OutOfRange);
  return give(result, context->arena->cells(found->first)[static_cast<uint32_t>(index)].bits);
}

uint32_t endcap_rt_ListContains(Context* context, Cell* result, const Cell* arguments, uint64_t immediate) {
  const TypeId type = static_cast<TypeId>(immediate);
  const Cell element = arguments[1];
  auto found = cells_of(context, arguments[0], type);
  if (!found) return code(found.error().kind);
  for (uint32_t i = 0; i < found->count; ++i) {
    auto same =
        equal(context, types_of(context)[type].element, context->arena->cells(found->first)[i], element);
    if (!same) return code(same.error().kind);
    if (*same) return give(result, 1);
  }
  return give(result, 0);
}

uint32_t endcap_rt_Allocate(Context* context, Cell* result, const Cell* arguments, uint64_t immediate) {
  const Int128 amount = arguments[0].bits;
  auto found = cells_of(context, arguments[1], static_cast<TypeId>(immediate));
  if (!found) return code(found.error().kind);
  std::vector<Int128> weights;
  for (uint32_t i = 0; i < found->count; ++i) weights.push_back(context->arena->cells(found->first)[i].bits);
  const auto shares = endcap::allocate(amount, weights);
  if (!shares) return code(shares.error().kind);
  std::vector<Cell> cells;
  for (const Int128 share : *shares) cells.push_back({share});
  Reference object;
  const auto count = static_cast<uint32_t>(cells.size());
  if (!make_list(context, cells.data(), count, count, object)) return code(FaultKind::TooLarge);
  return give(result, object);
}

uint32_t endcap_rt_MapMake(Context* context, Cell* result, const Cell* arguments, uint64_t immediate) {
  const TypeId type = static_cast<TypeId>(immediate);
  auto found = cells_of(context, arguments[0], type);
  if (!found) return code(found.error().kind);
  const auto key_of = [&](Cell entry) { return *context->arena->cells(reference_of(entry)); };
  const TypeId key = types_of(context)[types_of(context)[type].element].fields[0].type;
  const Cell* first = context->arena->cells(found->first);
  std::vector<Cell> entries(first, first + found->count);
  std::ranges::sort(entries, [&](Cell a, Cell b) { return order(context, key, key_of(a), key_of(b)) < 0; });
  const auto same = [&](Cell a, Cell b) { return order(context, key, key_of(a), key_of(b)) == 0; };
  if (std::ranges::adjacent_find(entries, same) != entries.end()) return code(FaultKind::KeyTwice);
  if (entries.empty()) return give(result, 0);
  Reference object;
  const auto count = static_cast<uint32_t>(entries.size());
  if (!make_list(context, entries.data(), count, count, object)) return code(FaultKind::TooLarge);
  return give(result, object);
}

uint32_t endcap_rt_MapGet(Context* context, Cell* result, const Cell* arguments, uint64_t immediate) {
  const TypeId type = static_cast<TypeId>(immediate);
  const Cell wanted = arguments[1];
  auto found = cells_of(context, arguments[0], type);
  if (!found) return code(found.error().kind);
  const TypeId key = types_of(context)[types_of(context)[type].element].fields[0].type;
  const auto entry = [&](uint32_t index) {
    return context->arena->cells(reference_of(context->arena->cells(found->first)[index]));
  };
  uint32_t low = 0, high = found->count;
  while (low < high) {
    const uint32_t middle = low + (high - low) / 2;
    order(context, key, *entry(middle), wanted) < 0 ? low = middle + 1 : high = middle;
  }
  if (low == found->count || order(context, key, *entry(low), wanted) != 0) return give(result, 0);
  const Cell value = entry(low)[1];
  Reference object;
  if (!allocate(context, sizeof(Cell), object)) return code(FaultKind::TooLarge);
  *context->arena->cells(object) = value;
  return give(result, object);
}

uint32_t endcap_rt_OptionalMake(Context* context, Cell* result, const Cell* arguments, uint64_t) {
  Reference object;
  const Cell value = arguments[0];
  if (!allocate(context, sizeof(Cell), object)) return code(FaultKind::TooLarge);
  *context->arena->cells(object) = value;
  return give(result, object);
}

uint32_t endcap_rt_OptionalGet(Context* context, Cell* result, const Cell* arguments, uint64_t) {
  if (arguments[0].bits == 0) return code(FaultKind::Defect);
  return give(result, context->arena->cells(reference_of(arguments[0]))->bits);
}

uint32_t endcap_rt_ValueEquals(Context* context, Cell* result, const Cell* arguments, uint64_t immediate) {
  return give(result, equal(context, static_cast<TypeId>(immediate), arguments[0], arguments[1]));
}

uint32_t endcap_rt_KeyText(Context* context, Cell* result, const Cell* arguments, uint64_t immediate) {
  return give_text(context, result,
                   key_text(*context->arena, types_of(context), static_cast<TypeId>(immediate), arguments[0],
                            context->blobs));
}
