internal import CCurl
internal import Glibc
package import MeshBase

/// This machine's time.
package enum SystemTime {
    /// The time of day.
    package static let wall: WallClock = {
        var time = timespec()
        unsafe clock_gettime(CLOCK_REALTIME, &time)
        return Timestamp(seconds: Int64(time.tv_sec), microseconds: Int64(time.tv_nsec) / 1000)
    }
}
