// Sentences of the command line: see statements.h.
#include "tools/explain_time/statements.h"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>
#include <map>
#include <sstream>

#include "compiler/diag/diagnostic.h"
#include "tools/explain_time/words.h"

namespace endcap::explain {
namespace {

using Words = std::vector<std::string>;
template <typename T>
using Read = std::expected<T, std::string>;

// At blanks; what stands between double quotes is one word.
Words words_in(const std::string& text) {
  Words words;
  std::string word;
  bool quoted = false, any = false;
  for (const char c : text) {
    if (c == '"') {
      quoted = !quoted;
      any = true;
    } else if (!quoted && std::isspace(static_cast<unsigned char>(c))) {
      if (any || !word.empty()) words.push_back(std::exchange(word, {}));
      any = false;
    } else {
      word += c;
    }
  }
  if (any || !word.empty()) words.push_back(word);
  return words;
}

std::string hint(const std::string& word, const std::vector<std::string>& names) {
  if (const auto meant = did_you_mean(word, names)) return fmt::format("; did you mean {}?", *meant);
  return names.empty() ? "" : fmt::format(": there are {}", fmt::join(names, ", "));
}

class Reader {
 public:
  Reader(Words words, const abi::Program& program, const EngineOptions& options,
         const std::vector<std::string>& asked)
      : words_(std::move(words)), program_(program), options_(options), asked_(asked) {}

  Read<Statement> read(const std::string& said) const {
    const auto told = [&](auto&& node) -> Read<Statement> {
      if (!node) return std::unexpected(fmt::format("--given \"{}\": {}", said, node.error()));
      return Statement{said, *node};
    };
    if (words_.size() < 3)
      return std::unexpected(fmt::format(
          "--given \"{}\" says too little: write `ROLE answers Friday 17:10`, `event NAME Monday 10:00` or "
          "`SYSTEM is unavailable until Monday 08:00`",
          said));
    if (words_[0] == "event") return told(event());
    if (words_[1] == "is" && words_[2] == "unavailable") return told(away());
    return told(person());
  }

 private:
  std::span<const std::string> from(size_t first, size_t end = SIZE_MAX) const {
    end = std::min(end, words_.size());
    return std::span(words_).subspan(std::min(first, end), end - std::min(first, end));
  }

  // --- people
  Read<void> who(PersonAnswers& answers) const {
    const std::string& word = words_[0];
    answers.who = word;
    std::vector<uint32_t> alike;
    for (uint32_t role = 0; role < program_.roles.size(); ++role) {
      if (program_.roles[role] == word) {
        answers.roles = {role};
        return {};
      }
      if (lower(program_.roles[role]).starts_with(lower(word))) alike.push_back(role);
    }
    for (const auto& [role, people] : options_.people) {
      if (std::ranges::find(people, word) == people.end()) continue;
      answers.person = word;
      return {};
    }
    // "finance": whoever of them is asked.
    if (!alike.empty()) {
      answers.roles = std::move(alike);
      return {};
    }
    return std::unexpected(
        fmt::format("{} is no role and nobody in endcap.toml{}", word, hint(word, program_.roles)));
  }

  Read<PersonAnswers> person() const {
    using Verb = PersonAnswers::Verb;
    PersonAnswers answers;
    if (const auto found = who(answers); !found) return std::unexpected(found.error());
    const std::string& verb = words_[1];
    const std::map<std::string_view, Verb> verbs{{"answers", Verb::Answers},
                                                 {"approves", Verb::Approves},
                                                 {"rejects", Verb::Rejects},
                                                 {"counters", Verb::Counters},
                                                 {"does", Verb::Does}};
    const auto known = verbs.find(verb);
    if (known == verbs.end())
      return std::unexpected(
          fmt::format("nobody `{}`: people answer, approve, reject, counter, or do a task", verb));
    answers.verb = known->second;
    size_t next = 2;
    if (next < words_.size() && words_[next] != "for" && !begins_moment(words_[next]))
      answers.what = words_[next++];
    if (!answers.what.empty() && std::ranges::find(asked_, answers.what) == asked_.end())
      return std::unexpected(fmt::format("{} is no day, and no approval or task of the workflow{}",
                                         answers.what, hint(answers.what, asked_)));
    if (next + 1 < words_.size() && words_[next] == "for") {
      answers.element = words_[next + 1];
      next += 2;
    }
    if (next + 1 < words_.size() && words_[next] == "except") {
      std::stringstream lines(words_[next + 1]);
      for (std::string line; std::getline(lines, line, ',');) answers.except.push_back(line);
      next += 2;
    }
    for (; next < words_.size() && words_[next].find('=') != std::string::npos; ++next) {
      const size_t equals = words_[next].find('=');
      answers.answers.emplace_back(words_[next].substr(0, equals), words_[next].substr(equals + 1));
    }
    const auto when = read_moment(from(next));
    if (!when) return std::unexpected(when.error());
    answers.when = *when;
    return answers;
  }

  // --- events
  Read<EventComes> event() const {
    EventComes comes;
    std::vector<std::string> names;
    for (const abi::Event& each : program_.events) names.push_back(each.name);
    const auto found = std::ranges::find(names, words_[1]);
    if (found == names.end())
      return std::unexpected(fmt::format("there is no event {}{}", words_[1], hint(words_[1], names)));
    comes.event = static_cast<uint32_t>(found - names.begin());
    const auto& fields = program_.types[program_.events[comes.event].record].fields;
    size_t next = 2;
    for (; next < words_.size() && words_[next].find('=') != std::string::npos; ++next) {
      const size_t equals = words_[next].find('=');
      const std::string name = words_[next].substr(0, equals);
      const auto field = std::ranges::find(fields, name, &abi::Field::name);
      std::vector<std::string> known;
      for (const abi::Field& each : fields) known.push_back(each.name);
      if (field == fields.end())
        return std::unexpected(fmt::format("{} has no field {}{}", words_[1], name, hint(name, known)));
      comes.fields.emplace_back(static_cast<uint32_t>(field - fields.begin()),
                                words_[next].substr(equals + 1));
    }
    const auto when = read_moment(from(next));
    if (!when) return std::unexpected(when.error());
    comes.when = *when;
    return comes;
  }

  // --- systems
  std::vector<SystemAway::Target> targets(const std::string& name) const {
    std::vector<SystemAway::Target> found;
    const auto system_is = [&](uint32_t system) { return program_.systems[system].name == name; };
    for (uint32_t i = 0; i < program_.operations.size(); ++i) {
      if (program_.operations[i].name == name || system_is(program_.operations[i].system))
        found.push_back({false, i});
    }
    for (uint32_t i = 0; i < program_.views.size(); ++i) {
      if (last_part(program_.views[i].name) == name || system_is(program_.views[i].system))
        found.push_back({true, i});
    }
    return found;
  }

  Read<SystemAway> away() const {
    SystemAway away{targets(words_[0]), std::nullopt, {}};
    if (away.targets.empty()) {
      std::vector<std::string> names;
      for (const abi::System& each : program_.systems) names.push_back(each.name);
      for (const abi::Operation& each : program_.operations) names.push_back(each.name);
      for (const abi::View& each : program_.views) names.push_back(last_part(each.name));
      return std::unexpected(
          fmt::format("{} is no system, operation or view{}", words_[0], hint(words_[0], names)));
    }
    size_t next = 3;
    if (next < words_.size() && words_[next] == "from") {
      size_t end = next;
      while (end < words_.size() && words_[end] != "until") ++end;
      const auto begins = read_moment(from(next + 1, end));
      if (!begins) return std::unexpected(begins.error());
      away.from = *begins;
      next = end;
    }
    if (next >= words_.size() || words_[next] != "until")
      return std::unexpected("say until when: `until Monday 08:00`");
    const auto until = read_moment(from(next + 1));
    if (!until) return std::unexpected(until.error());
    away.until = *until;
    return away;
  }

  Words words_;
  const abi::Program& program_;
  const EngineOptions& options_;
  const std::vector<std::string>& asked_;
};

}  // namespace

std::expected<Statement, std::string> read_statement(const std::string& said, const abi::Program& program,
                                                     const EngineOptions& options,
                                                     const std::vector<std::string>& asked) {
  return Reader(words_in(said), program, options, asked).read(said);
}

}  // namespace endcap::explain
