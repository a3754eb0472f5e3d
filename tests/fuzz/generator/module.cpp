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

std::string Writer::header(const std::string& name) {
  std::string text = fmt::format(
      "module {}\n\n-- Written at random.\n\nuse fixture.base\nuse fixture.advice\nuse system erp\nuse "
      "calendar office\n\n",
      name);
  text += "role Area by Text(3)\n\n";
  text += functions_ + "\n";
  text +=
      fmt::format("record Seen{} {{ units: Qty<ea>, wanted: Qty<ea>, note: optional Text(20) }}\n", suffix_);
  text += fmt::format("record Offer{} {{ units: Qty<ea>, note: optional Text(20) }}\n\n", suffix_);
  return text + declarations_;
}

std::string Writer::module(const std::string& name) {
  // Functions of all modules stand side by side: their names say whose they are.
  suffix_ = "_" + name.substr(name.find_last_of('.') + 1);
  const Place top{.indent = "  ", .top = true};
  std::string body = "  let stores = read promo.stores\n";
  known_ = {{"stores", Kind::Stores}};
  if (chance(20)) body += read_stock(top);
  if (chance(25)) body += throughout(top);
  body += statements(top, static_cast<uint64_t>(depth_) + below(3), depth_);
  std::string text = header(name) + workflows_;
  text +=
      fmt::format("workflow Flow(promo: Promotion) key promo.id version 1 {{\n{}  finish Done()\n}}\n", body);
  const std::string given = facts(), happens = happenings();
  text += test("reference", given, happens);
  for (int i = 1; i <= kVariants; ++i) text += test(fmt::format("variant {}", i), given, happens);
  return text;
}

// What a trusted path fails with may take back what was written.
std::string Writer::fails(const char* stem, bool takes_back) {
  const std::string name = fresh(stem);
  failures_.push_back(name);
  return fmt::format("fail {}() and {}", name, takes_back && chance(35) ? "compensate" : "keep");
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
  inside.top = false;
  return "{\n" + statements(inside, 1 + below(3), depth - 1) + place.indent + "}";
}

// What stands in a block of its own, or has none.
std::string Writer::statement(const Place& place, int depth) {
  if (depth > 0 && chance(55)) return composed(place, depth);
  switch (below(place.beside ? 14 : place.alone ? 19 : 22)) {
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
      return ask(place);
    case 9:
      return label(place);
    case 10:
      return veto(place);
    case 11:
      return raise(place);
    case 12:
      return mapped(place);
    case 13:
      return levels(place);
    case 14:
      return read_again(place);
    case 15:
      return wait_for_event(place);
    case 16:
      return raise_and_wait(place);
    case 17:
      return wait(place);
    case 18:
      return place.part ? task(place) : run_part(place);
    case 19:
      return wait(place);
    case 20:
      return wait_hearing(place);
    default:
      return in_flight(place);
  }
}

std::string Writer::composed(const Place& place, int depth) {
  switch (below(16)) {
    case 0:
    case 1:
    case 2:
      return choice(place, depth);
    case 3:
      return match(place, depth);
    case 4:
      return together(place, depth);
    case 5:
      return loop(place, depth, false);
    case 6:
    case 7:
      return loop(place, depth, true);
    case 8:
      return collect(place, depth);
    case 9:
    case 10:
      return rounds(place, depth);
    case 11:
      return advised_loop(place, depth);
    case 12:
      return shares(place, depth);
    case 13:
      return entries(place, depth);
    case 14:
      return haggle(place);
    default:
      return write_each(place);
  }
}

std::string random_workflow(uint64_t seed, const std::string& name, const RandomWorkflowOptions& options) {
  return Writer(seed, options).module(name);
}

}  // namespace endcap::fuzz
