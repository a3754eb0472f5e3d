// Choices, branches and vetoes.
#include <fmt/format.h>

#include "tests/fuzz/generator/writer.h"

namespace endcap::fuzz {

// A forecast holds something back.
std::string Writer::veto(const Place& place) {
  const Expr decides = condition(60);
  const uint64_t how = below(3);
  const std::string name = fresh("Held");
  const bool takes_back = chance(5);
  if (!options_.vetoes) return "";
  std::string act = "skip";
  if (!place.loop || how == 2) {
    if (how == 0 && !place.part) {
      act = fmt::format("finish {}()", name);
    } else {
      act = fmt::format("fail {}() and {}", name, takes_back ? "compensate" : "keep");
      failures_.push_back(name);
    }
  }
  return fmt::format("{}when {} {{ {} }}\n", place.indent, decides.text, act);
}

std::string Writer::choice(const Place& place, int depth) {
  const Expr decides = condition(30);
  Place inside = place;
  inside.top = false;
  inside.advice = place.advice || decides.advice;
  std::string text = fmt::format("{}when {} ", place.indent, decides.text) + block(inside, depth);
  if (chance(30)) {
    const Expr second = flag(inside.advice || chance(10));
    inside.advice = inside.advice || second.advice;
    text += fmt::format(" otherwise when {} {}", second.text, block(inside, depth));
  }
  if (chance(40)) text += " otherwise " + block(inside, depth);
  return text + "\n";
}

std::string Writer::match(const Place& place, int depth) {
  const std::string name = fresh("priority");
  const Expr decides = condition(30);
  Place inside = place;
  inside.top = false;
  inside.advice = place.advice || decides.advice;
  inside.indent += "  ";
  std::string text =
      fmt::format("{0}let {1} = when {2} then Priority.low otherwise Priority.high\n{0}match {1} {{\n",
                  place.indent, name, decides.text);
  text += fmt::format("{}| low {}\n", inside.indent, block(inside, depth));
  text += fmt::format("{}| {} ", inside.indent, chance(50) ? "high" : "otherwise");
  text += block(inside, depth) + "\n";
  return text + place.indent + "}\n";
}

std::string Writer::together(const Place& place, int depth) {
  Place inside = place;
  inside.indent += "  ";
  inside.loop = inside.top = false;
  inside.handed.clear();
  std::string text = fmt::format("{}step {} together {{\n", place.indent, fresh("step"));
  for (int i = 0; i < 2; ++i) {
    text += fmt::format("{}branch {} ", inside.indent, fresh("branch"));
    text += block(inside, depth) + "\n";
  }
  return text + place.indent + "}\n";
}

}  // namespace endcap::fuzz
