/// A sorted set kept in buckets of bounded size, so that adding and removing anywhere moves few elements and walking
/// from any place is cheap.
struct SortedBuckets<Element: Comparable> {
    private static var maximumBucket: Int { 512 }

    /// Not empty, each sorted, each before the next.
    private var buckets: [[Element]] = []

    var isEmpty: Bool { buckets.isEmpty }

    /// Adds an element that is not in the set.
    mutating func insert(_ element: Element) {
        guard !buckets.isEmpty else { return buckets = [[element]] }
        let bucket = min(bucket(for: element), buckets.count - 1)
        buckets[bucket].insert(element, at: Self.position(of: element, in: buckets[bucket]))
        guard buckets[bucket].count > Self.maximumBucket else { return }
        // At the end, where most elements come, a full bucket stays full.
        let isLast = bucket == buckets.count - 1
        let upper = Array(buckets[bucket].suffix(isLast ? 1 : Self.maximumBucket / 2))
        buckets[bucket].removeLast(upper.count)
        buckets.insert(upper, at: bucket + 1)
    }

    /// Removes an element, if it is there.
    mutating func remove(_ element: Element) {
        let bucket = bucket(for: element)
        guard bucket < buckets.count else { return }
        let position = Self.position(of: element, in: buckets[bucket])
        guard position < buckets[bucket].count, buckets[bucket][position] == element else { return }
        buckets[bucket].remove(at: position)
        if buckets[bucket].isEmpty { buckets.remove(at: bucket) }
    }

    /// At most `limit` elements before a place (or from the end), the greatest first.
    func descending(before place: Element?, limit: Int) -> [Element] {
        var result: [Element] = []
        var bucket = place.map { min(self.bucket(for: $0), buckets.count - 1) } ?? buckets.count - 1
        var end = place.flatMap { place in bucket < 0 ? nil : Self.position(of: place, in: buckets[bucket]) }
        while bucket >= 0, result.count < limit {
            let elements = buckets[bucket][..<(end ?? buckets[bucket].count)]
            result.append(contentsOf: elements.suffix(limit - result.count).reversed())
            bucket -= 1
            end = nil
        }
        return result
    }

    /// At most `limit` elements behind a place (or from the beginning), the smallest first.
    func ascending(after place: Element?, limit: Int) -> [Element] {
        var result: [Element] = []
        var bucket = place.map { self.bucket(for: $0) } ?? 0
        while bucket < buckets.count, result.count < limit {
            let elements = buckets[bucket]
            var start = 0
            if let place, result.isEmpty {
                start = Self.position(of: place, in: elements)
                if start < elements.count, elements[start] == place { start += 1 }
            }
            result.append(contentsOf: elements[start...].prefix(limit - result.count))
            bucket += 1
        }
        return result
    }

    /// The first bucket whose last element is not before this one.
    private func bucket(for element: Element) -> Int {
        var (low, high) = (0, buckets.count)
        while low < high {
            let middle = (low + high) / 2
            if let last = buckets[middle].last, last < element { low = middle + 1 } else { high = middle }
        }
        return low
    }

    /// The first position whose element is not before this one.
    private static func position(of element: Element, in bucket: [Element]) -> Int {
        var (low, high) = (0, bucket.count)
        while low < high {
            let middle = (low + high) / 2
            if bucket[middle] < element { low = middle + 1 } else { high = middle }
        }
        return low
    }
}
