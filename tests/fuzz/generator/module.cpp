// The module around a random workflow, and what stands in its blocks.
#include <fmt/format.h>

#include "tests/fuzz/generator/writer.h"

namespace endcap::fuzz {

Writer::Writer(uint64_t seed, const RandomWorkflowOptions& options)
    : random_(seed),
      options_(options),
      depth_(seed % 8 == 0  ? 3
             : seed % 8 < 3 ? 2
                            : 1) {}

std::string Writer::module(const std::string& name) {
  // Functions of all modules stand side by side: their names say whose they are.
  suffix_ = "_" + name.substr(name.find_last_of('.') + 1);
  std::string body = "  let stores = read promo.stores\n";
  known_ = {{"stores", Kind::Stores, false}};
  body += statements({.indent = "  "}, static_cast<uint64_t>(depth_) + below(3), depth_);
  std::string text = fmt::format(
      "module {}\n\n-- Written at random.\n\nuse fixture.base\nuse fixture.advice\nuse system erp\nuse "
      "calendar office\n\n",
      name);
  text += "role Area by Text(3)\n\n";
  text += functions_ + "\n";
  text += fmt::format("record Seen{} {{ units: Qty<ea>, wanted: Qty<ea>, note: optional Text(20) }}\n\n",
                      suffix_);
  text += workflows_;
  text +=
      fmt::format("workflow Flow(promo: Promotion) key promo.id version 1 {{\n{}  finish Done()\n}}\n", body);
  const std::string given = facts();
  text += test("reference", given);
  for (int i = 1; i <= kVariants; ++i) text += test(fmt::format("variant {}", i), given);
  return text;
}

std::string Writer::statements(const Place& place, uint64_t count, int depth) {
  const size_t outside = known_.size();
  std::string text;
  for (; count > 0; --count) text += statement(place, depth);
  known_.resize(outside);
  return text;
}

std::string Writer::block(const Place& place, int depth) {
  Place inside = place;
  inside.indent += "  ";
  return "{\n" + statements(inside, 1 + below(3), depth - 1) + place.indent + "}";
}

std::string Writer::statement(const Place& place, int depth) {
  switch (below(depth > 0 ? 22 : 11)) {
    case 0:
      return let(place, Kind::Units, "units", units(true));
    case 1:
      return let(place, Kind::Flag, "flag", flag(true));
    case 2:
      return chance(50) ? let(place, Kind::Amount, "amount", amount(true))
                        : let(place, Kind::Count, "count", count(true));
    case 3:
    case 4:
      return read_stock(place);
    case 5:
    case 6:
      return write_one(place);
    case 7:
      return task(place);
    case 8:
      return wait(place);
    case 9:
      return label(place);
    case 10:
      return veto(place);
    case 11:
    case 12:
    case 13:
      return choice(place, depth);
    case 14:
      return match(place, depth);
    case 15:
      return together(place, depth);
    case 16:
      return loop(place, depth, false);
    case 17:
      return loop(place, depth, true);
    case 18:
      return collect(place, depth);
    case 19:
    case 20:
      return rounds(place, depth);
    default:
      return write_each(place);
  }
}

std::string random_workflow(uint64_t seed, const std::string& name, const RandomWorkflowOptions& options) {
  return Writer(seed, options).module(name);
}

}  // namespace endcap::fuzz
