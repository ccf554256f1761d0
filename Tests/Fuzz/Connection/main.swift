import Driver

GlobalJobs.takeOver()
fuzz { Client($0).run() }
