// People decide: roles, stand-ins, different people for several roles, deadlines, and asking again when facts
// change.
#include "tests/unit/runtime/engine/shop.h"

#include "runtime/engine/merkle.h"
#include "runtime/engine/people.h"

using namespace endcap;
using namespace endcap::test;

TEST_CASE("what the policy permits is granted at once") {
  Shop shop;
  const uint64_t id = shop.launch(5);
  CHECK(shop.world.tasks().empty());
  CHECK(shop.estate.written.size() == 3);
  CHECK(shop.world.history(id, "permitted").size() == 1);
}

TEST_CASE("what the policy forbids is rejected at once, with its reason") {
  Shop shop;
  const uint64_t id = shop.launch(200);
  CHECK(shop.outcome() == "Rejected");
  CHECK(shop.world.history(id, "rejected").at(0)["reason"] == "below the floor");
  CHECK(shop.estate.written.empty());
}

TEST_CASE("what a model had a hand in is not permitted, whatever the compiler let through") {
  Shop shop;
  for (abi::Machine& machine : shop.retail.program()->machines) {
    for (abi::WaitPoint& point : machine.states) point.by_advice = point.kind == abi::WaitKind::Approve;
  }
  const uint64_t id = shop.launch(5);
  CHECK(shop.outcome() == "Rejected");
  CHECK(shop.estate.written.empty());
  CHECK(shop.world.history(id, "rejected").at(0)["reason"] ==
        "a model had a hand in it, and the policy permits that to nobody but people");
}

TEST_CASE("an approval is asked of its role and granted by one of its people") {
  Shop shop;
  const uint64_t id = shop.launch(20);
  const Json task = shop.world.tasks().at(0);
  CHECK(task["kind"] == "approval");
  CHECK(task["roles"] == Json{"Finance"});
  CHECK(task["leaves"] == 3);
  CHECK(task["merkleRoot"].get<std::string>().size() == 64);
  CHECK(task["arguments"]["proposals"][0]["facts"]["cost"] == 20);
  CHECK(shop.estate.written.empty());
  CHECK(shop.world.decide(task["task"], "ops", "approve")["refused"] == "Denied");
  CHECK(shop.world.decide(task["task"], "nobody", "approve")["refused"] == "Denied");
  CHECK(shop.world.decide(task["task"], "fin", "done")["refused"] == "Invalid");
  CHECK(shop.world.decide(task["task"], "fin", "approve", "fine")["status"] == "granted");
  CHECK(shop.world.decide(task["task"], "fin", "approve")["refused"] == "Conflict");
  shop.world.run();
  CHECK(shop.estate.written.size() == 3);
  const Json decided = shop.world.history(id, "decided").at(0);
  CHECK(decided["person"] == "fin");
  CHECK(decided["reason"] == "fine");
  CHECK(shop.world.tasks({{"status", "granted"}}).at(0)["decisions"][0]["person"] == "fin");
}

TEST_CASE("tasks are found by who may decide them") {
  Shop shop;
  shop.launch(20);
  CHECK(shop.world.tasks({{"person", "fin"}}).size() == 1);
  CHECK(shop.world.tasks({{"person", "dir"}}).size() == 1);  // stands in
  CHECK(shop.world.tasks({{"person", "ops"}}).empty());
  CHECK(shop.world.tasks({{"role", "Finance"}}).size() == 1);
  CHECK(shop.world.tasks({{"role", "Chief"}}).empty());
}

TEST_CASE("a rejection ends the approval") {
  Shop shop;
  shop.launch(70);
  CHECK(shop.world.decide(shop.task(), "chief", "reject", "too thin")["status"] == "rejected");
  shop.world.run();
  CHECK(shop.outcome() == "Rejected");
}

TEST_CASE("two roles need two people") {
  Shop shop;
  shop.launch(70);
  const uint64_t task = shop.task();
  CHECK(shop.world.decide(task, "both", "approve")["status"] == "open");
  CHECK(shop.world.decide(task, "both", "approve")["refused"] == "Conflict");
  CHECK(shop.world.decide(task, "fin", "approve")["status"] ==
        "granted");  // the first decision counts for the chief then
}

TEST_CASE("a third person has nothing left to decide") {
  Shop shop;
  shop.launch(70);
  const uint64_t task = shop.task();
  CHECK(shop.world.decide(task, "fin", "approve")["status"] == "open");
  CHECK(shop.world.decide(task, "dir", "approve")["refused"] == "Conflict");
  CHECK(shop.world.decide(task, "chief", "approve")["status"] == "granted");
}

TEST_CASE("who holds a conflicting role may not decide") {
  Shop shop;
  shop.launch(20);
  const Json refused = shop.world.decide(shop.task(), "greedy", "approve");
  CHECK(refused["refused"] == "Denied");
  CHECK(refused["message"] == "greedy is Merchandiser too, which may not decide the same approval");
}

TEST_CASE("who stands in for a role may hold nothing that conflicts with it, and is not shown the task") {
  Shop shop;
  shop.world.options.people = {{"Finance", {"fin"}}, {"Director", {"dir"}}, {"Merchandiser", {"dir"}}};
  shop.world.crash();
  shop.launch(20);
  CHECK(shop.world.decide(shop.task(), "dir", "approve")["message"] ==
        "dir is Merchandiser too, which may not decide the same approval");
  CHECK(shop.world.decide(shop.task(), "dir", "reject")["refused"] == "Denied");
  CHECK(shop.world.tasks({{"person", "dir"}}).empty());
  CHECK(shop.world.decide(shop.task(), "fin", "approve")["status"] == "granted");
}

TEST_CASE("who has come to hold a conflicting role no longer counts among those who have approved") {
  Shop shop;
  shop.launch(70);
  CHECK(shop.world.decide(shop.task(), "fin", "approve")["status"] == "open");
  shop.world.options.people = retail_people();
  shop.world.options.people["Merchandiser"].push_back("fin");
  shop.world.crash();
  CHECK(shop.world.decide(shop.task(), "chief", "approve")["status"] == "open");
  CHECK(shop.world.decide(shop.task(), "dir", "approve")["status"] == "granted");
}

TEST_CASE("open approvals whose people have left are told") {
  Shop shop;
  shop.launch(70);
  CHECK(shop.world.engine().undecidable().empty());
  shop.world.options.people.erase("Chief");
  shop.world.crash();
  const std::string approval = std::to_string(shop.task());
  const std::vector<std::string> told = shop.world.engine().undecidable();
  REQUIRE(told.size() == 1);
  CHECK(told[0] == "approval " + approval + " (pricing of test.Launch \"P-1\") needs Chief");
  shop.world.options.people.clear();  // nobody is known: then nothing is
  shop.world.crash();
  CHECK(shop.world.engine().undecidable().empty());
}

TEST_CASE("an approval reminds, escalates and expires, and the stand-in may decide") {
  Shop shop;
  const uint64_t id = shop.launch(20);
  const Instant asked = shop.world.now;
  shop.world.run_to(asked + 2 * kHour);
  CHECK(shop.world.history(id, "reminded").size() == 1);
  CHECK(shop.world.tasks({{"role", "Director"}}).empty());
  shop.world.run_to(asked + 4 * kHour);
  CHECK(shop.world.tasks({{"role", "Director"}}).at(0)["escalatedTo"] == Json{"Director"});
  SUBCASE("nobody answers") {
    shop.world.run_to(asked + 8 * kHour);
    CHECK(shop.outcome() == "Expired");
    CHECK(shop.world.tasks().empty());
    CHECK(shop.world.tasks({{"status", "expired"}}).size() == 1);
  }
  SUBCASE("the director answers") {
    CHECK(shop.world.decide(shop.task(), "dir", "approve")["status"] == "granted");
    CHECK(shop.world.history(id, "decided").at(0)["role"] == "Finance");
    CHECK(shop.world.history(id, "decided").at(0)["as"] == "Director");
  }
}

TEST_CASE("facts that changed void the grant, and people are asked once for all elements") {
  RetailOptions options;
  options.parallel = 100;
  Shop shop(options);
  shop.estate.stores.clear();
  for (int i = 0; i < 100; ++i) shop.estate.stores.push_back("S" + std::to_string(i));
  const uint64_t id = shop.launch(20);
  shop.estate.cost = 30;  // between the approval and the writes
  shop.world.decide(shop.task(), "fin", "approve");
  shop.world.run();
  CHECK(shop.estate.written.empty());
  REQUIRE(shop.world.tasks().size() == 1);
  const Json again = shop.world.tasks().at(0);
  CHECK(again["kind"] == "approvalAgain");
  CHECK(again["leaves"] == 100);
  CHECK(again["arguments"]["proposals"][0]["facts"]["cost"] == 30);
  CHECK(again["arguments"]["proposals"][0]["factsBefore"]["cost"] == 20);
  CHECK(shop.world.history(id, "askedAgain").size() == 1);
  SUBCASE("granted") {
    shop.world.decide(again["task"], "fin", "approve");
    shop.world.run();
    CHECK(shop.estate.written.size() == 100);
    CHECK(shop.world.tasks().empty());
    for (const auto& [key, count] : shop.estate.effects) CHECK(count == 1);
  }
  SUBCASE("rejected") {
    shop.world.decide(again["task"], "fin", "reject");
    shop.world.run();
    CHECK(shop.estate.written.empty());
    shop.world.run_out();
    CHECK(shop.outcome() == "Done");  // the elements were skipped
  }
  SUBCASE("nobody answers") {
    shop.world.run_to(shop.world.now + 8 * kHour);
    CHECK(shop.world.tasks().empty());
    CHECK(shop.estate.written.empty());
  }
}

TEST_CASE("changed facts that the policy permits need nobody, those it forbids stop the write") {
  Shop shop;
  shop.launch(20);
  SUBCASE("permitted") {
    shop.estate.cost = 5;
    shop.world.decide(shop.task(), "fin", "approve");
    shop.world.run();
    CHECK(shop.estate.written.size() == 3);
  }
  SUBCASE("forbidden") {
    shop.estate.cost = 500;
    shop.world.decide(shop.task(), "fin", "approve");
    shop.world.run();
    CHECK(shop.estate.written.empty());
    CHECK(shop.world.tasks().empty());
  }
}

TEST_CASE("the facts are read again just before the write, once for the elements that want them together") {
  Shop shop;
  shop.launch(5);
  // One read to start with, and fewer than one a store, for the first three writes go together.
  CHECK(std::count(shop.estate.reads.begin(), shop.estate.reads.end(), "promotion") == 2);
}

TEST_CASE("a Merkle proof holds for its leaf and root and for nothing else") {
  for (size_t size = 1; size <= 20; ++size) {
    std::vector<std::string> leaves;
    for (size_t i = 0; i < size; ++i) leaves.push_back(merkle::leaf_hash("leaf " + std::to_string(i)));
    const merkle::Tree tree = merkle::build(leaves);
    for (size_t i = 0; i < size; ++i) {
      CHECK(merkle::verify(leaves[i], i, size, tree.proofs[i], tree.root));
      CHECK_FALSE(merkle::verify(merkle::leaf_hash("other"), i, size, tree.proofs[i], tree.root));
      CHECK_FALSE(merkle::verify(leaves[i], i + 1, size + 2, tree.proofs[i], tree.root));
      if (i > 0) CHECK_FALSE(merkle::verify(leaves[i], i - 1, size, tree.proofs[i], tree.root));
    }
  }
  // RFC 6962: the hash of the empty tree, and of the leaf without content.
  CHECK(abi::hex(merkle::build({}).root) ==
        "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
  CHECK(abi::hex(merkle::leaf_hash("")) ==
        "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d");
}
