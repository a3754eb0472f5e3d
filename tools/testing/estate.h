// The systems and advisors of a test: they answer reads from what was given, do what is written, and fail
// when they are told to.
#pragma once

#include <functional>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "compiler/sema/typed.h"
#include "runtime/engine/connector.h"

namespace endcap::testing {

// Something that took effect in a system.
struct Effect {
  uint64_t call = 0;
  uint32_t operation = 0;
  std::vector<std::string> texts;  // what was sent, field by field, as text
  std::string payload;             // the same as JSON
  Instant at = 0;
};

class Estate {
 public:
  struct Entity {
    std::vector<std::string> fields;                        // packed, in the order of the view
    std::vector<std::string> texts;                         // of the fields
    std::map<uint32_t, std::vector<std::string>> entities;  // by navigation: keys; absent: not given
    std::set<uint32_t> every;                               // navigations that lead to all that is given
  };
  // Makes up what nobody gave: an entity of the view, whose fields are these texts as far as they are known.
  using Inventor = std::function<Entity(uint32_t view, const std::map<uint32_t, std::string>& known)>;

  explicit Estate(std::shared_ptr<const abi::Program> program);

  // What a test says. The error is one sentence.
  using Said = std::expected<void, std::string>;
  Said give(const sema::GivenEntity& given);
  Said change(const sema::EntityChange& change);
  void advise(const sema::GivenAnswer& answer) { answers_.push_back(&answer); }
  void fail(const sema::SystemFails& fault);
  // From now on nothing is missing: what is read and was not given is invented, a list with one element.
  void invent_by(Inventor inventor) { inventor_ = std::move(inventor); }
  // An operation or view that is unavailable from one moment to another.
  void close(bool is_view, uint32_t target, Instant from, Instant until) {
    closures_.push_back({is_view, target, from, until});
  }
  // A field of one entity, or of all of the view when `key` is empty; packed, and as text.
  void set(uint32_t view, const std::string& key, uint32_t field, const std::string& packed,
           const std::string& text);

  // One attempt of a call. A read of what nobody gave is Invalid, and `problem` says so.
  CallResult answer(const CallRequest& request);
  const std::string& problem() const { return problem_; }

  const std::vector<Effect>& effects() const { return effects_; }
  // The keys of everything given of a view, as text.
  std::vector<std::string> keys(uint32_t view) const;
  const Entity* find(uint32_t view, const std::string& key) const;

 private:
  struct Fault {
    sema::SystemFails said;
    uint32_t left = 0;
  };
  struct Closure {
    bool is_view;
    uint32_t target;
    Instant from, until;
  };

  const Entity* known(uint32_t view, const std::string& key, const std::vector<std::string>& key_texts);
  const Entity& invent(uint32_t view, const std::map<uint32_t, std::string>& known);
  bool is_closed(const CallRequest& request) const;
  CallResult read_view(const CallRequest& request);
  CallResult read_navigation(const CallRequest& request);
  CallResult read_one(const abi::Navigation& navigation, const std::vector<const Entity*>& found,
                      Instant now) const;
  CallResult read_operation(const CallRequest& request, const std::vector<std::string>& texts);
  CallResult advice(const CallRequest& request);
  bool is_asked(const sema::GivenAnswer& answer, const CallRequest& request) const;
  std::string sent_json(const CallRequest& request) const;
  CallResult apply(const CallRequest& request, std::vector<std::string> texts);
  const sema::SystemFails* next_fault(const CallRequest& request, const std::vector<std::string>& texts);
  bool is_about(const sema::About& about, const std::vector<std::string>& texts) const;
  CallResult missing(std::string what);

  std::string key_of(const sema::EntityKey& key) const;
  std::string view_name(uint32_t view) const;
  std::vector<std::string> sent_texts(const CallRequest& request) const;
  std::string packed(uint32_t view, const Entity& entity, Instant now, abi::TypeId type) const;
  std::string packed_list(uint32_t view, const std::vector<const Entity*>& entities, Instant now,
                          abi::TypeId list) const;
  abi::Cell record(uint32_t view, const Entity& entity, Instant now, abi::Arena& arena) const;

  std::shared_ptr<const abi::Program> program_;
  abi::Types types_;  // the program's, and a record for the key of each view
  std::vector<abi::TypeId> view_keys_;
  std::map<uint32_t, std::map<std::string, Entity>> given_;  // by view, by key
  std::vector<const sema::GivenAnswer*> answers_;            // of the test, which outlives this
  std::vector<Fault> faults_;
  std::vector<Closure> closures_;
  Inventor inventor_;
  std::set<std::string> done_;  // keys of calls that took effect
  std::vector<Effect> effects_;
  std::string problem_;
};

// A value as a person writes it, where it is one; optionals by what is inside.
std::string text_of(const abi::Types& types, abi::TypeId type, const abi::Arena& arena, abi::Cell cell);

}  // namespace endcap::testing
